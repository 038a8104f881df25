"""The reception desk: visitors, their registrations, and the desks with their readers.

Words: a *desk* (导引台, 登记窗口) is a place with a bridge program and perhaps a card
reader. A *visit* (来访登记) is one coming of one person; its *state* says whether the
visitor waits, was handed to a registrar, got a case, or left.

Promises: the person behind a visit is stored by the people room alone; a desk proves
itself with a token of which only the digest is kept; today's visitors of the centre
are seen (masked) at all its desks, older ones only by who registered them and by the
centre's administrators.
"""
