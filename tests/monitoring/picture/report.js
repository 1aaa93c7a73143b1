// What the page shows, as text: for each panel, by its title, the words in it, those on canvases too.

let waiting = 0;

function countQuestions() {
  const ask = window.fetch;
  window.fetch = async (...question) => {
    waiting += 1;
    try {
      return await ask(...question);
    } finally {
      waiting -= 1;
    }
  };
}

/** A chart writes its words on a canvas, where nobody finds them again. */
function keepWords() {
  const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
    (this.canvas.words ??= new Set()).add(text);
    return fillText.call(this, text, ...where);
  };
  CanvasRenderingContext2D.prototype.clearRect = function (...where) {
    this.canvas.words = new Set();
    return clearRect.apply(this, where);
  };
}

function words(panel) {
  const canvases = [...panel.querySelectorAll("canvas")].flatMap((canvas) => [...(canvas.words ?? [])]);
  return [panel.innerText, ...canvases].join("\n").split("\n").map((line) => line.trim()).filter(Boolean);
}

/** From now on `seen()` says what is to be seen, whether answers are waited for, and how high the page is. */
export function watch() {
  countQuestions();
  keepWords();
  window.seen = () => {
    const all = [...document.querySelectorAll("[data-testid=panel]")];
    const panels = Object.fromEntries(all.map(words).map(([title, ...rest]) => [title, rest]));
    const alerts = [...document.querySelectorAll("[role=alert]")].map((alert) => alert.innerText);
    const height = 16 + Math.ceil(Math.max(0, ...all.map((panel) => panel.getBoundingClientRect().bottom)));
    return { waiting, height, alerts, panels };
  };
}
