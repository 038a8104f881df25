"""Divisions and grids: where a matter happened and how far an account sees.

Words: an *area* (区划) is a county, township, village or grid (网格); areas form one tree.
The *code* is the division code: 6 digits for a county, 9 for a township, 12 for a
village, 15 for a grid (the village and three more; GB/T 2260 and GB/T 10114 reach as
far as the township, the rest is our ruling). The *path* lists the codes from the county
down, each between slashes ("/359900/359900101/"), and always ends with a slash, so that
no area is taken for the beginning of another's code. A *polygon* is a closed border
without its repeated last point, as [longitude, latitude] pairs.

Promises: "within an area" is one prefix condition on the path, served by an index, for
this table and for every column of other rooms that holds a path; an empty path reaches
nothing. Units form a tree of their own, in `orgs`: a functional zone may gather townships
of several counties.
"""
