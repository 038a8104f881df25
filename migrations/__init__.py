"""The history of the schema, one step a file under `versions/`; run by `fengqiao migrate` and at every start."""
