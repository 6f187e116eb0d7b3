"""What the recommendations of W3C print as examples, and what their interoperability test published.

``CANONICAL``: Canonical XML 1.0 (15 March 2001), section 3; version 1.1 prints the same for these. ``IN_CONTEXT``:
Exclusive XML Canonicalization 1.0 (18 July 2002), section 2.2, with what Canonical XML gives for the same element.
``INTEROPERABLE``: signatures of the interoperability test of XML Signature 1.1 (W3C, 2012), P-256, P-384 and RSA.
"""

from __future__ import annotations

from dataclasses import dataclass

WORLD = '<!ENTITY ent2 "world">'

CANONICAL: dict[str, tuple[str, str]] = {
    "3.1": (
        """<?xml version="1.0"?>

<?xml-stylesheet   href="doc.xsl"
   type="text/xsl"   ?>

<!DOCTYPE doc SYSTEM "doc.dtd">

<doc>Hello, world!<!-- Comment 1 --></doc>

<?pi-without-data     ?>

<!-- Comment 2 -->

<!-- Comment 3 -->
""",
        """<?xml-stylesheet href="doc.xsl"
   type="text/xsl"   ?>
<doc>Hello, world!</doc>
<?pi-without-data?>""",
    ),
    "3.2": (
        """<doc>
   <clean>   </clean>
   <dirty>   A   B   </dirty>
   <mixed>
      A
      <clean>   </clean>
      B
      <dirty>   A   B   </dirty>
      C
   </mixed>
</doc>""",
        """<doc>
   <clean>   </clean>
   <dirty>   A   B   </dirty>
   <mixed>
      A
      <clean>   </clean>
      B
      <dirty>   A   B   </dirty>
      C
   </mixed>
</doc>""",
    ),
    "3.3": (
        """<!DOCTYPE doc [<!ATTLIST e9 attr CDATA "default">]>
<doc>
   <e1   />
   <e2   ></e2>
   <e3    name = "elem3"   id="elem3"    />
   <e4    name="elem4"   id="elem4"    ></e4>
   <e5 a:attr="out" b:attr="sorted" attr2="all" attr="I'm"
       xmlns:b="http://www.ietf.org"
       xmlns:a="http://www.w3.org"
       xmlns="http://example.org"/>
   <e6 xmlns="" xmlns:a="http://www.w3.org">
       <e7 xmlns="http://www.ietf.org">
           <e8 xmlns="" xmlns:a="http://www.w3.org">
               <e9 xmlns="" xmlns:a="http://www.ietf.org"/>
           </e8>
       </e7>
   </e6>
</doc>""",
        """<doc>
   <e1></e1>
   <e2></e2>
   <e3 id="elem3" name="elem3"></e3>
   <e4 id="elem4" name="elem4"></e4>
   <e5 xmlns="http://example.org" xmlns:a="http://www.w3.org" xmlns:b="http://www.ietf.org" \
attr="I'm" attr2="all" b:attr="sorted" a:attr="out"></e5>
   <e6 xmlns:a="http://www.w3.org">
       <e7 xmlns="http://www.ietf.org">
           <e8 xmlns="">
               <e9 xmlns:a="http://www.ietf.org" attr="default"></e9>
           </e8>
       </e7>
   </e6>
</doc>""",
    ),
    "3.4": (
        """<!DOCTYPE doc [
<!ATTLIST normId id ID #IMPLIED>
<!ATTLIST normNames attr NMTOKENS #IMPLIED>
]>
<doc>
   <text>First line&#x0d;&#10;Second line</text>
   <value>&#x32;</value>
   <compute><![CDATA[value>"0" && value<"10" ?"valid":"error"]]></compute>
   <compute expr='value>"0" &amp;&amp; value&lt;"10" ?"valid":"error"'>valid</compute>
   <norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/>
   <normNames attr='   A   &#x20;&#13;&#xa;&#9;   B   '/>
   <normId id=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/>
</doc>""",
        """<doc>
   <text>First line&#xD;
Second line</text>
   <value>2</value>
   <compute>value&gt;"0" &amp;&amp; value&lt;"10" ?"valid":"error"</compute>
   <compute expr="value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; \
?&quot;valid&quot;:&quot;error&quot;">valid</compute>
   <norm attr=" '    &#xD;&#xA;&#x9;   ' "></norm>
   <normNames attr="A &#xD;&#xA;&#x9; B"></normNames>
   <normId id="' &#xD;&#xA;&#x9; '"></normId>
</doc>""",
    ),
    # The recommendation has "world" in a file beside the document; here the entity says it itself.
    "3.5": (
        f"""<!DOCTYPE doc [
<!ATTLIST doc attrExtEnt ENTITY #IMPLIED>
<!ENTITY ent1 "Hello">
{WORLD}
<!ENTITY entExt SYSTEM "earth.gif" NDATA gif>
<!NOTATION gif SYSTEM "viewgif.exe">
]>
<doc attrExtEnt="entExt">
   &ent1;, &ent2;!
</doc>""",
        """<doc attrExtEnt="entExt">
   Hello, world!
</doc>""",
    ),
    "3.6": ('<?xml version="1.0" encoding="ISO-8859-1"?>\n<doc>&#169;</doc>', "<doc>©</doc>"),
}

FIRST_CONTEXT = """<n0:local xmlns:n0="foo:bar"
             xmlns:n3="ftp://example.org">
      <n1:elem2 xmlns:n1="http://example.net"
                xml:lang="en">
          <n3:stuff xmlns:n3="ftp://example.org"/>
      </n1:elem2>
   </n0:local>"""
SECOND_CONTEXT = """<n2:pdu xmlns:n1="http://example.com"
           xmlns:n2="http://foo.example"
           xml:lang="fr"
           xml:space="retain">
      <n1:elem2 xmlns:n1="http://example.net"
                xml:lang="en">
          <n3:stuff xmlns:n3="ftp://example.org"/>
      </n1:elem2>
   </n2:pdu>"""
EXCLUSIVE = """<n1:elem2 xmlns:n1="http://example.net" xml:lang="en">
          <n3:stuff xmlns:n3="ftp://example.org"></n3:stuff>
      </n1:elem2>"""
INCLUSIVE_FIRST = (
    '<n1:elem2 xmlns:n0="foo:bar" xmlns:n1="http://example.net" xmlns:n3="ftp://example.org" xml:lang="en">'
    """
          <n3:stuff></n3:stuff>
      </n1:elem2>"""
)
INCLUSIVE_SECOND = (
    '<n1:elem2 xmlns:n1="http://example.net" xmlns:n2="http://foo.example" xml:lang="en" xml:space="retain">'
    """
          <n3:stuff xmlns:n3="ftp://example.org"></n3:stuff>
      </n1:elem2>"""
)


@dataclass(frozen=True, slots=True)
class Signed:
    """One enveloping signature over ``<Web>up up and away</Web>``; ``key_value`` is the content of ``KeyValue``."""

    name: str
    method: str
    object_id: str
    digest_method: str
    digest: str
    value: str
    key_value: str

    @property
    def xml(self) -> str:
        """Give the document as it was published: on one line."""
        more = "http://www.w3.org/2001/04/xmldsig-more#"
        return (
            '<dsig:Signature xmlns:dsig="http://www.w3.org/2000/09/xmldsig#"><dsig:SignedInfo>'
            '<dsig:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>'
            f'<dsig:SignatureMethod Algorithm="{more}{self.method}"/>'
            f'<dsig:Reference URI="#{self.object_id}" Type="http://www.w3.org/2000/09/xmldsig#Object">'
            f'<dsig:DigestMethod Algorithm="{self.digest_method}"/><dsig:DigestValue>{self.digest}</dsig:DigestValue>'
            f"</dsig:Reference></dsig:SignedInfo><dsig:SignatureValue>{self.value}</dsig:SignatureValue>"
            f"<dsig:KeyInfo><dsig:KeyValue>{self.key_value}</dsig:KeyValue></dsig:KeyInfo>"
            f'<dsig:Object Id="{self.object_id}" MimeType="text/xml"><Web>up up and away</Web></dsig:Object>'
            "</dsig:Signature>"
        )


def _curve(address: str, point: str) -> str:
    return (
        f'<ECKeyValue xmlns="http://www.w3.org/2009/xmldsig11#"><NamedCurve URI="{address}"/>'
        f"<PublicKey>{point}</PublicKey></ECKeyValue>"
    )


INTEROPERABLE = (
    Signed(
        "p256_sha256",
        "ecdsa-sha256",
        "DSig.Object_1",
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "vIgv7JtPOh3hpedKK0rm8XHtYCSoBX4eEF0YwnB26Es=",
        "eYx4ImirtPG/eJLWgJHoMS30voH+tozerMftKbYz27vtYNgsHfAvV4M+oEkNgoibq5qnwsO2Z8nn+ndKxhVqFg==",
        _curve(
            "urn:oid:1.2.840.10045.3.1.7",
            "BJ/yaXNlq4FRObyJCBhb5jAz8GVzinK3bBGLjSDfjbJwNfydtgjnlS4EsDmxSRhWyJWq6GIqy5wvnaiARK04uB4=",
        ),
    ),
    Signed(
        "p384_sha384",
        "ecdsa-sha384",
        "DSig.Object_1",
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "QQzWA5o7Aj0x+LglAnSMqaZlUTGiAiWd+wFQwZQixBTly7WkzpFrU3pyPLLOIlB7",
        "62PoqaZujP1OeuUBaJ4XvBBmMcA1OdZAW+yYP0tllL6oIMcB8Hu11wZtONDDI1XQO0OAFqfVAQ8OEbzUAH15/zydSItqs14IzW9id1dM"
        "ruVwHzZCSZ0X94e09vLyDrnd",
        _curve(
            "urn:oid:1.3.132.0.34",
            "BO/yd/OZzDfjX4qivDY/vsUIuh6KWAxoxW5P4ukvwd+T6pVljWsX2UBJNNy5MdhTwB8e2YwB8kUbJwdsAS/XGi/fz8unFrs+lVlAgIs6"
            "s/xBYFbfUoRiAacD2SpVDe6XBA==",
        ),
    ),
    Signed(
        "sha512-rsa_sha256",
        "rsa-sha256",
        "DSig.Object_DZXko6vqRJyN1zZGkjk2AA22",
        "http://www.w3.org/2001/04/xmlenc#sha512",
        "Wz5zBRnq1yQQUwewZmFDPyUJ3diPyl2w7scW/XyFIND0ElZdLhiEbkhHxUU3+cFthDEcZ7KyBfM9Hfpjkiu4LQ==",
        "F4NdAhNg6n9oePxGZyYJ+AHOqn1f8tsj64fhPjS0v/nG49jFRMRAXGQk/9YPx/eKTuY9h7/3Tg/p2VyuBaQ9oSD8ukEslDxvHPt7DbPV"
        "6BAkiKVBt7RNdzBL7iFX6KfK14kjMrDEqCuheGGiXTA4qj/7J8PAQo5g7GExL+V/yoo=",
        "<dsig:RSAKeyValue><dsig:Modulus>gIb6nAB9oS/AI5jIj6WymvQhRxiMlE07G4abmMliYi5zWzvaFE2tnU+RZIBgtoXcgDEIU/vs"
        "LQut7nzCn9mHxC8JEaV4D4U91j64AyZakShqJw7qjJfqUxxPL0yJv2oFiouPDjGuJ9JPi0NrsZq+yfWfM54s4b9SNkcOIVMybZU="
        "</dsig:Modulus><dsig:Exponent>AQAB</dsig:Exponent></dsig:RSAKeyValue>",
    ),
)
