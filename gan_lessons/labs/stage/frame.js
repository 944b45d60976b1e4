// A page of its own in its window: dark or light as its reader has it, or as the page around it says; and how high it is.
// To the page around it: {gan: height in pixels}. From there: {gan: "dark"} or {gan: "light"}.

{
  const dark = window.matchMedia("(prefers-color-scheme: dark)"), around = window.parent;
  const look = (theme) => document.body.setAttribute("data-jp-theme-light", theme !== "dark"); // as JupyterLab names it
  const own = () => look(dark.matches ? "dark" : "light");
  dark.addEventListener("change", own);
  own();
  if (around !== window) {
    document.documentElement.classList.add("gan-framed");
    const tell = () => around.postMessage({ gan: Math.ceil(document.body.getBoundingClientRect().height) }, "*");
    new ResizeObserver(tell).observe(document.body);
    window.addEventListener("message", ({ source, data }) => {
      if (source !== around || !data || !["dark", "light"].includes(data.gan)) return;
      dark.removeEventListener("change", own);
      look(data.gan);
    });
  }
}
