// Sharing: pictures and texts go to a file of the person's choice, and texts come back. Needs page.js.
//
// The browser does all of it; nothing is sent anywhere. Call these from a click or a key: browsers allow them only then.

const LARGEST = 1000000; // bytes of a file that is read, as settings_file.py has it

function download(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000); // a browser may ask where to, and only then read it
}

// The canvas as it is, as a PNG.
function savePicture(canvas, name) { canvas.toBlob((blob) => download(blob, name), "image/png"); }

// Asks for a file and reads it. accept: such as ".json". done(text): what is in it. refused(words): why it was not read;
// it is not called where somebody changes their mind.
function pickText(accept, done, refused) {
  const input = make("input", { type: "file", accept, onchange: () => { if (input.files.length) readText(input.files[0], done, refused); } });
  input.click();
}

function readText(file, done, refused) {
  if (file.size > LARGEST) return refused(`${file.name} is larger than 1 MB, so it was not read.`);
  return file.text().then(done, () => refused(`${file.name} could not be read.`));
}
