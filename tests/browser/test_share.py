"""Files from a page and back: pictures, texts, and what is refused."""

import io

import numpy as np
import pytest
from PIL import Image

from gan_lessons.labs.settings_file import LIMIT
from gan_lessons.labs.stage import source

PAGE = """<!doctype html><html lang="en"><title>Sharing</title><canvas width="60" height="40"></canvas>
<button id="picture">picture</button><button id="text">text</button><button id="pick">pick</button>
<script>
{js}
const ctx = document.querySelector("canvas").getContext("2d");
const on = (id, act) => {{ document.getElementById(id).onclick = act; }};
ctx.fillStyle = "#D55E00"; ctx.fillRect(0, 0, 60, 40); ctx.fillStyle = "#0072B2"; ctx.fillRect(10, 5, 20, 10);
on("picture", () => savePicture(ctx.canvas, "ring at step 40.png"));
const text = '{{"seed": 0, "name": "Krähe, 8 €"}}';
on("text", () => download(new Blob([text], {{ type: "application/json" }}), "settings.json"));
window.read = []; window.refused = [];
on("pick", () => pickText(".json", (text) => window.read.push(text), (words) => window.refused.push(words)));
</script></html>"""


@pytest.fixture
def page(chromium):
    """A page with a button for each. No error may have been."""
    page, errors = chromium.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text))
    page.set_content(PAGE.format(js=source("page", "share")))
    yield page
    assert errors == []
    page.close()


def saved(page, button):
    """The name and the bytes of what a button saves, by keyboard."""
    page.focus(button)
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    with open(waiting.value.path(), "rb") as file:
        return waiting.value.suggested_filename, file.read()


def pick(page, file):
    """Chooses a file: a path, or a dict of name, mimeType and buffer."""
    with page.expect_file_chooser() as waiting:
        page.click("#pick")
    assert not waiting.value.is_multiple() and waiting.value.element.get_attribute("accept") == ".json"
    waiting.value.set_files(file)


def test_a_picture_is_saved_as_it_is(page):
    name, data = saved(page, "#picture")
    image = Image.open(io.BytesIO(data))
    assert (name, image.format, image.size) == ("ring at step 40.png", "PNG", (60, 40))
    pixels = np.asarray(image.convert("RGB"))
    assert (pixels[5:15, 10:30] == (0x00, 0x72, 0xB2)).all()
    assert (pixels == (0xD5, 0x5E, 0x00)).all(-1).sum() == 60 * 40 - 20 * 10


def test_a_text_is_saved_and_read_again(page, tmp_path):
    name, data = saved(page, "#text")
    assert (name, data.decode()) == ("settings.json", '{"seed": 0, "name": "Krähe, 8 €"}')
    (tmp_path / name).write_bytes(data)
    pick(page, tmp_path / name)
    page.wait_for_function("() => window.read.length")
    assert page.evaluate("() => [window.read, window.refused]") == [[data.decode()], []]


def test_the_same_file_can_be_read_twice_and_no_choice_does_nothing(page):
    file = {"name": "a.json", "mimeType": "application/json", "buffer": b"{}"}
    pick(page, [])
    pick(page, file), pick(page, file)
    page.wait_for_function("() => window.read.length === 2")
    assert page.evaluate("() => [window.read, window.refused]") == [["{}", "{}"], []]


def test_a_large_file_is_refused_and_one_at_the_limit_is_not(page):
    pick(page, {"name": "big.json", "mimeType": "application/json", "buffer": b" " * (LIMIT + 1)})
    page.wait_for_function("() => window.refused.length")
    assert page.evaluate("() => window.refused") == ["big.json is larger than 1 MB, so it was not read."]
    pick(page, {"name": "fits.json", "mimeType": "application/json", "buffer": b" " * LIMIT})
    page.wait_for_function("() => window.read.length")
    assert page.evaluate("() => window.read[0].length") == LIMIT


def test_a_file_that_is_gone_is_refused_in_words(page, tmp_path):
    path = tmp_path / "gone.json"
    path.write_text("{}")
    page.evaluate(
        "() => { const read = Blob.prototype.text; Blob.prototype.text = () => Promise.reject(new Error('gone')); }"
    )
    pick(page, path)
    page.wait_for_function("() => window.refused.length")
    assert page.evaluate("() => [window.read, window.refused]") == [[], ["gone.json could not be read."]]
