"""What the centre reports of a week, a month, a quarter or a year (周报、月报、季报、年报) to the county.

Words: a *report* is of a *kind* and of one whole period of Asia/Shanghai days. It has *figures*, computed when it is
made, and *texts* (文字) that people write into its *blocks*: 综述, 存在问题, 下步打算. Its *findings* (要点) are
sentences made of its figures by plain rules. It is a *draft* until it is *published* (发布). 环比 is against the period
before of the same kind, 同比 against the same one a year before; of a week, against the one 52 weeks before, so that
both have the same days of the week.

Promises: there is one report for each kind and period, made by the clock after the period has ended, or by hand. It is
of the whole county, whoever made it, and each figure is `domain.statistics`'s own. What was counted stands with the
report, without titles or anything of a person, and stays what it was; a draft may be counted anew. Every text that was
saved is kept, with who wrote it and when, and an older one can be taken back; who saves over a text that has changed
meanwhile is told so first. A published report changes only after it was withdrawn (撤回发布), with a reason.

Who writes reports (`REPORT_WRITE`, of the centre) sees all of them. Whoever sees figures reads the published ones,
heads of departments too: a published report is the county's, as it is on paper. The cases behind its figures are
opened within each reader's own reach.
"""
