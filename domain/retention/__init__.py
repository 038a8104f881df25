"""How long what is kept, and what happens when its time is over (保存期限).

Words: a *rule* says for one kind of data how many days it is kept and what then happens: it is *deleted*, or its
persons are made *anonymous* (the row stays, so that counts stay true; who it was is gone). A *hold* (法定保留)
keeps a case whatever the rules say. A *tombstone* says that a person was made anonymous, when and by which rule,
and nothing that could tell who it was.

Promises: what is personal is not touched before the security administrator has seen a preview and switched the
rule on; an open case, one under an appeal and one on hold never expire; this room decides, each room empties its
own tables; whatever is done stands in the journal, one line a batch; after a restore the tombstones are applied
again. Free text (titles, contents, opinions, the details of the journal) is not touched: decision 0013.
"""
