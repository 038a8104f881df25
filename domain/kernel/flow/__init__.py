"""A life cycle as a table: its rows, what somebody may do by them, and how one step is taken.

`table` is the shape of the rows and their lint, `deciding` who may take which row and why not, `taking` the four
paragraphs of a step with its traces. A room brings its own words (statuses, actions, ties, guards, needs, effects),
the rows, and a function for each effect; decision 0027 says what stays with the room.
"""
