"""What the auditor does: search the journal, follow one person, look into alarms."""
