"""Divisions and grids: where a matter happened and how far an account sees.

Words: an *area* (区划) is a county, township, village or grid (网格); areas form one tree.
The *code* is the division code: 6 digits for a county, 9 for a township, 12 for a
village, 15 for a grid (the village and three more; GB/T 2260 and GB/T 10114 reach as
far as the township, the rest is our ruling). The national list writes all of them with
12 digits (统计用区划代码), zeros at the end; `rules.plain_code` knows both. The *path*
lists the codes from the county down, each between slashes ("/359900/359900101/"), and
always ends with a slash, so that no area is taken for the beginning of another's code.
A *shape* is a list of polygons, each an outer ring with its holes.

Promises: "within an area" is one prefix condition on the path, served by an index, for
this table and for every column of other rooms that holds a path; an empty path reaches
nothing. Areas are renamed, moved, merged and ended, never deleted: what they were is
kept with the day of the change (`AreaChange`), and whatever was registered there keeps
pointing to them and reads their present name. A merged area's path lies under its
successor, so that whoever sees the one sees what was registered in the other. Acts that
alter paths answer which ones (`Moves`); `cases.operations.divisions` takes the rooms along
that hold any. Units form a tree of their own, in `orgs`: a functional zone may gather
townships of several counties.
"""
