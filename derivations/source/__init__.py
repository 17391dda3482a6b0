"""The ledger of the source document, in its own numbering: a page for each section."""

from . import (
    blog,
    introduction,
    section_01,
    section_02,
    section_03,
    section_04,
    section_05,
    section_06,
    section_07,
    section_08,
    section_09,
    section_10,
    section_11,
)

SECTIONS = tuple(
    section
    for page in (
        blog,
        introduction,
        section_01,
        section_02,
        section_03,
        section_04,
        section_05,
        section_06,
        section_07,
        section_08,
        section_09,
        section_10,
        section_11,
    )
    for section in page.SECTIONS
)
