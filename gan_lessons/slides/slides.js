"use strict";
(() => {
  const root = document.documentElement, slides = [...document.querySelectorAll("main > section")];
  const notes = document.getElementById("notes"), find = (id) => document.getElementById(id);
  const name = document.title;
  let at = 0;

  function show(number) {
    at = Math.min(Math.max(number, 0), slides.length - 1);
    slides.forEach((slide, i) => slide.classList.toggle("shown", i === at));
    const section = slides[at].dataset.section;
    for (const note of notes.querySelectorAll("article")) note.classList.toggle("shown", note.dataset.section === section);
    find("number").value = `${at + 1} / ${slides.length}`;
    find("back").disabled = at === 0;
    find("on").disabled = at === slides.length - 1;
    const heading = slides[at].querySelector("h1");
    document.title = at ? `${at + 1}. ${heading.textContent} - ${name}` : name;
    heading.focus({ preventScroll: true });
    slides[at].scrollTop = notes.scrollTop = 0;
  }

  function go(number) {
    show(number);
    history.replaceState(null, "", `#${at + 1}`); // so that a reload stays, and Back leaves the slides
  }

  const fromAddress = () => show((parseInt(location.hash.slice(1), 10) || 1) - 1);

  function pressed(id, on) {
    find(id).setAttribute("aria-pressed", on);
    return on;
  }
  const speak = () => notes.classList.toggle("shown", pressed("speak", !notes.classList.contains("shown")));
  const darken = (on) => root.classList.toggle("dark", pressed("dark", on));

  const keys = {
    ArrowRight: () => go(at + 1), ArrowDown: () => go(at + 1), PageDown: () => go(at + 1),
    ArrowLeft: () => go(at - 1), ArrowUp: () => go(at - 1), PageUp: () => go(at - 1), Backspace: () => go(at - 1),
    Home: () => go(0), End: () => go(slides.length - 1),
    n: speak, d: () => darken(!root.classList.contains("dark")),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const space = event.key === " ", onButton = event.target.closest("button");
    if (onButton && (space || event.key === "Enter")) return; // the button is pressed
    if (event.target === notes && event.key.startsWith("Arrow")) return; // the notes scroll
    const act = space ? () => go(at + (event.shiftKey ? -1 : 1)) : keys[event.key] || keys[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.querySelector("main").addEventListener("click", () => {
    if (!swiped && getSelection().isCollapsed) go(at + 1);
  });
  let begun = null, swiped = false;
  document.addEventListener("pointerdown", (event) => { begun = event; swiped = false; });
  document.addEventListener("touchend", (event) => {
    const end = event.changedTouches[0], x = end.clientX - begun.clientX, y = end.clientY - begun.clientY;
    swiped = Math.abs(x) > 40 && Math.abs(x) > 2 * Math.abs(y);
    if (swiped) go(at + (x < 0 ? 1 : -1));
  });

  find("back").addEventListener("click", () => go(at - 1));
  find("on").addEventListener("click", () => go(at + 1));
  find("speak").addEventListener("click", speak);
  find("dark").addEventListener("click", () => darken(!root.classList.contains("dark")));
  addEventListener("hashchange", fromAddress);
  root.classList.add("running");
  darken(matchMedia("(prefers-color-scheme: dark)").matches);
  fromAddress();
})();
