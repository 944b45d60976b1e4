"""The settings of a lab in a page alone: what a person opened stays open when the lab offers other settings."""

import json

from gan_lessons.labs.stage import source

CODE = source("page", "paint", "controls")
AGAIN = """
const common = { help: "", kind: "number", values: [1, 2], index: 0, group: "training" };
const setting = (name) => ({ name, label: name, ...common });
const controls = new Controls(() => {}), group = () => controls.box.querySelector("details");
document.body.append(controls.box);
controls.show([setting("batch")]);
const first = group().open;
group().open = true; // the page hears of it a moment later
controls.show([setting("batch"), setting("steps")]);
return [first, group().open, controls.box.querySelectorAll("input").length];
"""


def test_a_group_that_was_just_opened_stays_open(chromium):
    page = chromium.new_page()
    try:
        found = page.evaluate(f"() => new Function({json.dumps(CODE + AGAIN)})()")
        assert found == [False, True, 2]
    finally:
        page.close()
