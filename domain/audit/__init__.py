"""The auditor's view of the journal.

Words: a *line* (审计记录) is one entry of the journal, in the words of `words`; an *anchor*
(锚点) is the number and seal of the last line of a day, kept in the database and in a file
outside it; an *alarm* (告警) is what the rules make of lines: much clear reading, reading at
night, refusal after refusal, failed sign-ins, a chain that does not hold.

Promises: nothing here changes a line. Only who audits reads (`Permission.JOURNAL_AUDIT`);
reading and exporting are journalled themselves. An alarm is raised once for each rule,
account and window, whatever restarts; it is closed with a note and never removed.
"""
