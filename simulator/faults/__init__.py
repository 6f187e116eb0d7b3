"""Named lies and disturbances, each a switch that is off until a rule turns it on.

``kinds`` says what each does and which expectation it breaks; ``rules`` whom it is for; ``schedule`` when it fires;
``rulebook`` keeps the rules and counts; ``encounter`` is one request that meets some. What they do to it stands in
``substitutes``, ``alterations``, ``transfer``, ``delivery`` and ``copies``; ``log`` is what can be compared afterwards.
"""
