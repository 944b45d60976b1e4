// For the page around pages of labs: each is as high as it says, and dark or light as this page is (`data-theme`).
if (!window.ganPages) {
  const root = document.documentElement, pages = () => [...document.querySelectorAll("iframe.gan-page")];
  const tell = (page) => root.dataset.theme && page.contentWindow.postMessage({ gan: root.dataset.theme }, "*");
  window.ganPages = true;
  window.addEventListener("message", ({ source, data }) => {
    const page = pages().find((one) => one.contentWindow === source);
    if (!page || !data || !(data.gan > 0)) return;
    page.style.height = data.gan + "px";
    if (page.dataset.told !== root.dataset.theme) tell(page);
    page.dataset.told = root.dataset.theme;
  });
  new MutationObserver(() => pages().forEach(tell)).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
}
