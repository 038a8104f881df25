"""Long exports: what is too much for one answer is written by a process of its own, while its person works on.

A **job** (导出任务) is one export as its person asked for it: the conditions, sealed, since they may name somebody;
the person's rights and reach at that moment as a mark (`seen_as`). Whenever rows are read, and when the file is taken,
the person is made anew, and whoever is disabled, lost the right or sees otherwise than the mark says gets nothing.
Rows are read newest registration first, a part at a time; each part lies sealed in the data folder before the job
says how far it is, so that a killed process loses one part. The finished file is sealed too; after 24 hours, or when
the job is cancelled, its key is destroyed and the bytes are deleted. Files of exports are in no backup.
"""
