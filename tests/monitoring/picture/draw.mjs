// Draws a dashboard in a browser, which is spoken to over a pipe in the Chrome DevTools Protocol.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const WIDTH = 1600;
/** How long all panels may take until they stand still, in milliseconds. */
const PATIENCE = 60_000;
const LOOK = 250;
/** So many looks in a row have to see the same. */
const STILL = 4;

const [tools, prometheus, dashboard, to, range = "1h", step = "15s", end = ""] = process.argv.slice(2);
const work = mkdtempSync(join(tmpdir(), "picture-"));
let browser;

function page() {
  // A tag in the text must not end the element that it stands in.
  const text = (json) => json.replaceAll("</", "<\\/");
  const element = (id, json) => `<script type=application/json id=${id}>${text(json)}</script>`;
  const file = join(work, "page.html");
  writeFileSync(file, `<!doctype html><meta charset=utf-8><link rel=stylesheet href="${tools}/page.css">
<style>body{margin:0}</style><div id=root></div>
${element("asked", JSON.stringify({ prometheus, range, step, end }))}
${element("dashboard", readFileSync(dashboard, "utf8"))}
<script src="${tools}/page.js"></script>`);
  return `file://${file}`;
}

/** Starts the browser; `call` sends it a command, `events` has what it said by itself. */
function start() {
  // Its sandbox needs rights that a container does not give; the page is ours.
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe", `--user-data-dir=${work}/profile`];
  // In a process group of its own, as it may be a script that starts the browser.
  browser = spawn(`${tools}/browser`, flags, { detached: true, stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"] });
  const [, , stderr, input, output] = browser.stdio;
  const answers = new Map(), events = [];
  let said = "", rest = "", last = 0;
  stderr.on("data", (data) => { said += data; });
  const ended = new Promise((_, fail) => {
    browser.on("error", fail);
    browser.on("exit", (code) => fail(new Error(`the browser ended with ${code} and drew nothing:\n${said}`)));
  });
  ended.catch(() => {});
  output.setEncoding("utf8").on("data", (data) => {
    const messages = (rest + data).split("\0");
    rest = messages.pop();
    for (const message of messages.map((text) => JSON.parse(text))) {
      answers.has(message.id) ? answers.get(message.id)(message) : events.push(message);
    }
  });
  const call = async (method, params = {}, sessionId = undefined) => {
    const id = ++last;
    const answer = new Promise((done) => answers.set(id, done));
    input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { result, error } = await Promise.race([answer, ended]);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  };
  return { call, events };
}

/** What the browser held to be wrong. */
function errors(events) {
  return events.flatMap(({ method, params }) => {
    if (method === "Runtime.exceptionThrown") {
      const { text, exception } = params.exceptionDetails;
      return [exception?.description ?? text];
    }
    if (method === "Runtime.consoleAPICalled" && ["error", "assert"].includes(params.type)) {
      return [params.args.map((part) => part.value ?? part.description).join(" ")];
    }
    if (method === "Log.entryAdded" && params.entry.level === "error") return [`${params.entry.text} ${params.entry.url ?? ""}`];
    return [];
  });
}

async function draw() {
  const { call, events } = start();
  const { targetId } = await call("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
  const tell = (method, params) => call(method, params, sessionId);
  // Panels that are out of sight are not drawn.
  await tell("Emulation.setDeviceMetricsOverride", { width: WIDTH, height: 4000, deviceScaleFactor: 1, mobile: false });
  for (const domain of ["Page", "Runtime", "Log"]) await tell(`${domain}.enable`);
  await tell("Page.navigate", { url: page() });

  const begun = Date.now();
  let before, still = 0, seen;
  while (still < STILL) {
    await sleep(LOOK);
    const { result } = await tell("Runtime.evaluate", { expression: "window.seen && JSON.stringify(window.seen())" });
    if (result.value) seen = JSON.parse(result.value);
    const stands = seen?.waiting === 0 && (Object.keys(seen.panels).length > 0 || errors(events).length > 0);
    still = stands && result.value === before ? still + 1 : 0;
    before = result.value;
    if (Date.now() - begun > PATIENCE) throw new Error(`the page does not come to rest: ${before}\n${errors(events).join("\n")}`);
  }
  const clip = { x: 0, y: 0, width: WIDTH, height: seen.height, scale: 1 };
  const { data } = await tell("Page.captureScreenshot", { format: "png", clip });
  writeFileSync(to, Buffer.from(data, "base64"));
  console.log(JSON.stringify({ errors: [...errors(events), ...seen.alerts], panels: seen.panels }));
}

try {
  await draw();
} catch (error) {
  console.error(`picture: ${error.message}`);
  process.exitCode = 1;
} finally {
  if (browser?.pid && browser.exitCode === null) {
    const gone = new Promise((done) => browser.once("close", done));
    process.kill(-browser.pid, "SIGKILL");
    await gone;
  }
  rmSync(work, { recursive: true, force: true, maxRetries: 5 });
}
