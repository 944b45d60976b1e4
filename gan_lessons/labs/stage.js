// What anywidget calls: a view for each place where the widget is shown, and one clock for all of them.

const clocks = new WeakMap();

function clockOf(model) {
  if (!clocks.has(model)) clocks.set(model, new Clock(model));
  return clocks.get(model);
}

function render({ model, el }) {
  const view = new View(model, clockOf(model), el);
  return () => view.close();
}

export default { render };
