"""Every link of README, of the pages around it and of `workshop/` leads somewhere. No network is asked.

What lies outside cannot be followed here, so it stands in `OUTSIDE` with what it is: look at it before you add it.
"""

import re

import pytest
from helpers.documents import PAGES, anchors, links
from helpers.versions import ROOT

from gan_lessons.tools import badges

OUTSIDE = {
    "https://github.com/AYLIEN/gan-intro": "the code of AYLIEN's article",
    "https://github.com/poloclub/ganlab": "GAN Lab",
    "https://medium.com/@devnag/generative-adversarial-networks-gans-in-50-lines-of-code-pytorch-e81b79659e3f": "Dev "
    "Nag's post",
}
BADGE_PICTURES = {
    "https://colab.research.google.com/assets/colab-badge.svg",
    "https://mybinder.org/badge_logo.svg",
}
BADGE = re.compile(r"https://(?:colab\.research\.google\.com|mybinder\.org|hub\.gke\.|nbviewer\.)")
NEW = "{page} links to {link}, which is not known. Follow it, and add it with what it is to OUTSIDE in {here}."


def outside(page):
    return [link for link in links(page) if re.match(r"\w+:", link)]


@pytest.fixture(params=PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def page(request):
    return request.param


def test_links_within_the_repository_lead_to_a_file_and_a_heading(page):
    for link in links(page):
        if re.match(r"\w+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = page if not name else (page.parent / name).resolve()
        assert target.exists() and target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), f"{link}: {sorted(anchors(target))}"


def test_links_to_outside_are_known(page):
    for link in outside(page):
        if not BADGE.match(link):
            known = link in OUTSIDE or link == badges.address()
            assert known, NEW.format(page=page.name, link=link, here="tests/repository/test_links.py")


def test_a_known_link_is_well_formed_and_still_used():
    used = {link for page in PAGES for link in outside(page)}
    assert [link for link in OUTSIDE if link not in used] == []
    assert [link for link in OUTSIDE if not re.fullmatch(r"https://[\w-]+(\.[\w-]+)+(/[\w.@~%+=?&/-]*)?", link)] == []


def test_a_badge_opens_a_notebook_that_exists_at_the_one_address(page):
    _, _, _, owner, name = badges.address().split("/")
    for link in outside(page):
        if not BADGE.match(link) or link in BADGE_PICTURES:
            continue
        found = re.fullmatch(
            rf"https://colab\.research\.google\.com/github/{owner}/{name}/blob/main/(notebooks/\w+\.ipynb)"
            rf"|https://mybinder\.org/v2/gh/{owner}/{name}/main\?urlpath=lab/tree/(notebooks/\w+\.ipynb)",
            link,
        )
        assert found, link
        assert (ROOT / (found[1] or found[2])).is_file(), link


def test_every_notebook_has_its_two_badges():
    found = " ".join(outside(ROOT / "README.md"))
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert found.count(f"notebooks/{path.name}") == 2, path.name
