"""One code for one matter (一事一码): the petitioner's view of a case.

Words: the *tracking token* is the random 128-bit secret in the QR code of the acceptance
slip; it lives on the case and opens nothing by itself. A *one-time code* goes by short
message to a phone of a petitioner of that case; with it the phone gets a *petitioner
session* for this one case.

Promises: a wrong code, an unknown phone and an unknown token answer alike and in the same
time; tokens, codes and sessions are stored as keyed digests; the page shows states, units,
the title and the answer that was released (decision 0025), never parties, opinions,
instructions or internal notes.
"""
