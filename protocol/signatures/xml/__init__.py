"""The signature on the package: XML-DSig, enveloped, over the whole package. Imports nothing by itself."""
