"""Papers that leave the house: printed slips and codes."""

import os

# openpyxl reads with lxml where that is installed, as it comes along for Word; workbooks of people are for defusedxml
os.environ["OPENPYXL_LXML"] = "False"
