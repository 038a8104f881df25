"""Who was late, and with what: breaches and cards.

Words: a *breach* (超时) is the fact that a link passed its yellow or red moment; it is
written once for each clock and level and never changes. A *card* (黄牌、红牌督办) is the
supervision that a breach of acceptance or of the first feedback puts on the case by
itself; other breaches are noticed only (decision 0007).

A breach that a wrong clock wrote is *voided* (撤销) by an act of its own: it stays and counts no more.

Promises: one yellow and one red for each link, whatever restarts and however many
processes look; what was earned stays, also when the calendar is edited, the limit is
changed or the card is taken away; a clock that passed its moment while nobody looked is
found later, also when it was stopped meanwhile.
"""
