//! A real Chromium for the tests, driven over WebDriver: what a visitor sees, taps and types.
//!
//! One chromedriver serves the whole process and cannot outlive it (see `super::process`); every [`Browser`] is a
//! session of its own with a fresh profile. Whatever goes wrong panics with the selector, the address of the page and
//! the path of a screenshot, because "element not found" alone explains nothing.

#![expect(clippy::expect_used, reason = "a test that cannot set up its world should say why, and stop")]

use std::fmt::Debug;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::app::User;
use super::process::{Scratch, Tether, eventually, find_program, free_port, skip};

/// How long a page may take to show what a test looks for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Chromium without a screen, without a sandbox (CI runs as root) and without calls to its maker.
const ARGUMENTS: &str = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync \
    --disable-background-networking --disable-component-update --disable-dev-shm-usage";

/// The chromedriver of this process.
struct Driver {
    chromium: PathBuf,
    port: u16,
    _held: (Tether, Scratch),
}

/// `None` where Chromium or its driver is missing: said once, loudly, and refused under `LINLI_TEST_NO_SKIP=1`.
fn driver() -> Option<&'static Driver> {
    static DRIVER: OnceLock<Option<Driver>> = OnceLock::new();
    let start = || match (find_program("chromium"), find_program("chromedriver")) {
        (Some(chromium), Some(driver)) => Some(Driver::start(chromium, &driver)),
        _ => skip("chromium and chromedriver not found; every browser test", "chromium-driver"),
    };
    DRIVER.get_or_init(start).as_ref()
}

impl Driver {
    fn start(chromium: PathBuf, program: &Path) -> Self {
        // Home and TMPDIR: the profiles, caches and sockets of every session go with this directory.
        let home = Scratch::new("linli-chromium-", None);
        for _ in 0..5 {
            let port = free_port();
            let mut command = Command::new(program);
            command.arg(format!("--port={port}")).env("HOME", &home.path).env("TMPDIR", &home.path);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let process = home.spawn(command, libc::SIGTERM).expect("chromedriver could not be run");
            let listens = || TcpStream::connect(("127.0.0.1", port)).is_ok();
            if eventually(Duration::from_secs(30), || !process.is_running() || listens()) && process.is_running() {
                return Self { chromium, port, _held: (process, home) };
            }
        }
        panic!("chromedriver did not start: try {} --port=9515 by hand", program.display());
    }
}

/// A browser to be opened: its screen, its language, its habits.
pub(crate) struct Builder {
    size: (u32, u32),
    phone: bool,
    lang: String,
    javascript: bool,
    agent: Option<&'static str>,
    camera: Option<PathBuf>,
}

impl Builder {
    /// A camera that shows the picture in this file (Y4M), and somebody who allows it.
    pub(crate) fn camera(mut self, picture: &Path) -> Self {
        self.camera = Some(picture.to_owned());
        self
    }

    /// The languages the visitor reads, as `Accept-Language` puts it: `zh-CN`, `en` or `zh-CN,en`.
    pub(crate) fn lang(mut self, lang: &str) -> Self {
        self.lang = lang.into();
        self
    }

    /// No script of any page runs; the tests' own still do.
    pub(crate) fn without_javascript(mut self) -> Self {
        self.javascript = false;
        self
    }

    /// What the browser calls itself.
    pub(crate) fn calling_itself(mut self, agent: &'static str) -> Self {
        self.agent = Some(agent);
        self
    }

    /// Opens the browser; `None` where there is none, which [`driver`] has said.
    pub(crate) async fn open(self) -> Option<Browser> {
        let (driver, (width, height)) = (driver()?, self.size);
        let mut args: Vec<String> = ARGUMENTS.split_whitespace().map(Into::into).collect();
        args.push(format!("--accept-lang={}", self.lang));
        if !self.phone {
            // A mouse, which a machine without a screen does not have.
            args.push("--blink-settings=primaryPointerType=4,availablePointerTypes=4,primaryHoverType=2,availableHoverTypes=2".into());
        }
        if let Some(picture) = &self.camera {
            args.push("--use-fake-ui-for-media-stream".into());
            args.push("--use-fake-device-for-media-stream".into());
            args.push(format!("--use-file-for-fake-video-capture={}", picture.display()));
        }
        let capabilities = serde_json::Map::from_iter([
            ("goog:loggingPrefs".into(), json!({ "browser": "ALL" })),
            ("goog:chromeOptions".into(), json!({ "binary": driver.chromium, "args": args })),
        ]);
        let address = format!("http://127.0.0.1:{}", driver.port);
        let client = ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&address).await;
        let client = client.unwrap_or_else(|error| panic!("chromium did not open: {error}"));
        let session = client.session_id().await.ok().flatten().expect("an open session has an id");
        let browser = Browser { client, width, port: driver.port, session };
        // Window sizes include what a window has around its page; these metrics are the page's own, to the pixel.
        let ratio = if self.phone { 3 } else { 1 };
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": ratio, "mobile": self.phone });
        browser.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
        browser.cdp("Emulation.setTouchEmulationEnabled", json!({ "enabled": self.phone })).await;
        browser.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": !self.javascript })).await;
        if let Some(agent) = self.agent {
            let agent = json!({ "userAgent": agent, "acceptLanguage": self.lang });
            browser.cdp("Emulation.setUserAgentOverride", agent).await;
        }
        Some(browser)
    }
}

/// An open browser window.
pub(crate) struct Browser {
    client: Client,
    width: u32,
    port: u16,
    session: String,
}

impl Browser {
    /// A phone of 390 × 844 CSS pixels, three device pixels to each, with a touch screen, reading Chinese.
    pub(crate) fn phone() -> Builder {
        Builder { size: (390, 844), phone: true, ..Self::desktop() }
    }

    /// A tablet of 800 × 1280 pixels, held upright, reading Chinese.
    pub(crate) fn tablet() -> Builder {
        Builder { size: (800, 1280), ..Self::desktop() }
    }

    /// A page of 1280 × 800 pixels without touch, reading Chinese.
    pub(crate) fn desktop() -> Builder {
        Builder { size: (1280, 800), phone: false, lang: "zh-CN".into(), javascript: true, agent: None, camera: None }
    }

    /// Takes over the cookies of somebody who is signed in.
    pub(crate) async fn becomes(&self, user: &User<'_>, url: &str) {
        for (name, value) in &user.cookies {
            self.cdp("Network.setCookie", json!({ "name": name, "value": value, "url": url })).await;
        }
    }

    pub(crate) async fn goto(&self, url: &str) {
        self.must(self.client.goto(url).await, &format!("going to {url}")).await;
    }

    /// Clicks an element, once nothing covers it.
    pub(crate) async fn click(&self, css: &str) {
        let clicked = self.wait(|| async { self.press(self.client.find(Locator::Css(css)).await.ok()?).await }).await;
        self.must(clicked.ok_or("nothing there that can be clicked"), &format!("clicking {css:?}")).await;
    }

    /// Scrolls an element to the middle, as a person does with one that a fixed bar covers, and clicks it.
    async fn press(&self, element: Element) -> Option<()> {
        let middle = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.client.execute(middle, vec![json!(element)]).await.ok()?;
        element.click().await.ok()
    }

    /// Fills a field in. What is in it goes first, and fields whose keystrokes depend on the locale (dates, times) are
    /// set to the value their form will send: `2026-03-01`, `09:30`.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        let what = format!("filling {css:?} with {text:?}");
        let field = self.element(css).await;
        let kind = self.must(field.prop("type").await, &what).await.unwrap_or_default();
        match kind.as_str() {
            "date" | "time" | "datetime-local" | "month" | "week" | "color" | "range" => {
                let took = self.execute(SET_VALUE, vec![json!(field), json!(text)]).await;
                self.must((took == json!(text)).then_some(()).ok_or(format!("it took {took}")), &what).await;
            }
            "file" => self.must(field.send_keys(text).await, &what).await,
            _ => {
                let typed = match replaced(&field, text).await {
                    // A page that has just been left was still there when we looked: the field is on the next one.
                    Err(error) if format!("{error:?}").contains("StaleElementReference") => {
                        replaced(&self.element(css).await, text).await
                    }
                    typed => typed,
                };
                self.must(typed, &what).await;
            }
        }
    }

    /// Chooses the option with this value.
    pub(crate) async fn select(&self, css: &str, value: &str) {
        let chosen = self.element(css).await.select_by_value(value).await;
        self.must(chosen, &format!("selecting {value:?} in {css:?}")).await;
    }

    /// Ticks a checkbox or radio button, if it is not ticked yet.
    pub(crate) async fn check(&self, css: &str) {
        let what = format!("checking {css:?}");
        let element = self.element(css).await;
        if !self.must(element.is_selected().await, &what).await {
            self.must(self.press(element).await.ok_or("it cannot be clicked"), &what).await;
        }
    }

    /// Submits a form, given by itself or anything in it, with its first submit button, as Enter would.
    pub(crate) async fn submit(&self, css: &str) {
        let form = json!(self.element(css).await);
        let clicked = self.wait(|| async { self.press(self.pick(SUBMIT_BUTTON, form.clone()).await?).await }).await;
        self.must(clicked.ok_or("no form, or no submit button"), &format!("submitting {css:?}")).await;
    }

    pub(crate) async fn text(&self, css: &str) -> String {
        // An element of a page that is being left goes between finding and reading it; the next page may have its like.
        let read = self.wait(|| async { self.client.find(Locator::Css(css)).await.ok()?.text().await.ok() }).await;
        self.must(read.ok_or("no such element"), &format!("reading {css:?}")).await
    }

    pub(crate) async fn attr(&self, css: &str, name: &str) -> Option<String> {
        self.must(self.element(css).await.attr(name).await, &format!("reading {name:?} of {css:?}")).await
    }

    /// How many elements match right now, without waiting.
    pub(crate) async fn count(&self, css: &str) -> usize {
        self.must(self.client.find_all(Locator::Css(css)).await, &format!("counting {css:?}")).await.len()
    }

    /// Whether an element matches right now, without waiting.
    pub(crate) async fn exists(&self, css: &str) -> bool {
        self.count(css).await > 0
    }

    /// Waits until the page shows this text.
    pub(crate) async fn see(&self, text: &str) {
        let seen = self.wait(|| async { self.shows(text).await.then_some(()) }).await;
        self.must(seen.ok_or("it never appeared"), &format!("looking for the text {text:?}")).await;
    }

    /// Waits until the page does not show this text.
    pub(crate) async fn not_see(&self, text: &str) {
        let gone = self.wait(|| async { (!self.shows(text).await).then_some(()) }).await;
        self.must(gone.ok_or("it stayed"), &format!("waiting for the text {text:?} to go")).await;
    }

    /// Runs the body of a function in the page; its parameters are `arguments[0]` and on.
    pub(crate) async fn execute(&self, js: &str, args: Vec<Value>) -> Value {
        self.must(self.client.execute(js, args).await, &format!("running {js}")).await
    }

    /// A PNG picture of one element, in device pixels, as large as it is.
    pub(crate) async fn screenshot_element(&self, css: &str) -> Vec<u8> {
        let element = self.element(css).await;
        self.capture(self.execute(PLACE, vec![json!(element)]).await).await
    }

    async fn capture(&self, mut clip: Value) -> Vec<u8> {
        clip["scale"] = json!(1);
        let picture = self.cdp("Page.captureScreenshot", json!({ "clip": clip, "captureBeyondViewport": true })).await;
        let data = picture["data"].as_str().unwrap_or_default().as_bytes();
        self.must(BASE64.decode(data), "decoding a screenshot").await
    }

    /// What a phone's camera would read from the QR code as it is drawn.
    pub(crate) async fn read_qr(&self, css: &str) -> String {
        let what = format!("reading the QR code {css:?}");
        let png = self.screenshot_element(css).await;
        let grey = self.must(image::load_from_memory(&png), &what).await.to_luma8();
        let (width, height) = (grey.width() as usize, grey.height() as usize);
        let pixel = |x, y| grey.get_pixel(x as u32, y as u32).0[0];
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, pixel);
        let code = self.must(picture.detect_grids().pop().ok_or("no code in the picture"), &what).await;
        self.must(code.decode(), &what).await.1
    }

    /// The page fits the width of its screen: nobody should have to pan sideways.
    pub(crate) async fn no_horizontal_scroll(&self) {
        let wide = self.execute(TOO_WIDE, vec![json!(self.width)]).await;
        let fits = wide.as_array().is_some_and(Vec::is_empty);
        self.must(fits.then_some(()).ok_or(wide), &format!("fitting the page into {} px", self.width)).await;
    }

    /// What the console complained of since last asked; violations of the content security policy are among it.
    pub(crate) async fn console_errors(&self) -> Vec<String> {
        let log = self.post("se/log", json!({ "type": "browser" })).await;
        let severe = log.as_array().into_iter().flatten().filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Any method of the Chrome DevTools protocol.
    pub(crate) async fn cdp(&self, method: &str, params: Value) -> Value {
        self.post("goog/cdp/execute", json!({ "cmd": method, "params": params })).await
    }

    /// Closes the browser. Dropping it does the same, only without asking whether that worked.
    pub(crate) async fn close(mut self) {
        self.session.clear();
        self.client.clone().close().await.expect("chromium could not be closed");
    }

    async fn post(&self, endpoint: &'static str, body: Value) -> Value {
        self.must(self.client.issue_cmd(Post(endpoint, body)).await, endpoint).await
    }

    async fn element(&self, css: &str) -> Element {
        let found = self.wait(|| async { self.client.find(Locator::Css(css)).await.ok() }).await;
        self.must(found.ok_or("no such element"), &format!("looking for {css:?}")).await
    }

    /// An element a script of ours finds.
    async fn pick(&self, js: &str, arg: Value) -> Option<Element> {
        let found = self.client.execute(js, vec![arg]).await.ok()?;
        let id = found.as_object()?.values().next()?.as_str()?.to_owned();
        Some(Element::from_element_id(self.client.clone(), id.into()))
    }

    async fn shows(&self, text: &str) -> bool {
        self.client.execute(SHOWS, vec![json!(text)]).await.is_ok_and(|shown| shown == json!(true))
    }

    async fn wait<T, F: Future<Output = Option<T>>>(&self, look: impl Fn() -> F) -> Option<T> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = look().await;
            if found.is_some() || Instant::now() > deadline {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    }

    /// The one way to fail here: what was tried, on which page, and how that looked.
    async fn must<T, E: Debug>(&self, result: Result<T, E>, what: &str) -> T {
        let error = match result {
            Ok(value) => return value,
            Err(error) => error,
        };
        let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-failure-{}.png", self.session));
        // Not with our own methods: their failures would end up here again.
        let saved = self.client.screenshot().await.is_ok_and(|png| fs::write(&picture, png).is_ok());
        let url = self.client.current_url().await.map_or_else(|_| "an unknown page".into(), String::from);
        panic!("{what}: {error:?}\n  page: {url}\n  screenshot: {} (taken: {saved})", picture.display());
    }
}

async fn replaced(field: &Element, text: &str) -> Result<(), fantoccini::error::CmdError> {
    field.clear().await?;
    field.send_keys(text).await
}

/// A test that failed leaves no Chromium behind. Nothing asynchronous runs any more then, so the request is plain.
impl Drop for Browser {
    fn drop(&mut self) {
        if let (false, Ok(mut driver)) = (self.session.is_empty(), TcpStream::connect(("127.0.0.1", self.port))) {
            let request = format!("DELETE /session/{} HTTP/1.1\r\nHost: localhost\r\n\r\n", self.session);
            _ = driver.write_all(request.as_bytes());
            _ = driver.set_read_timeout(Some(PATIENCE));
            _ = driver.read(&mut [0]);
        }
    }
}

/// A command of chromedriver's own that fantoccini has no method for.
#[derive(Debug)]
struct Post(&'static str, Value);

impl WebDriverCompatibleCommand for Post {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.1.to_string()))
    }
}

const SUBMIT_BUTTON: &str = "
    return [...(arguments[0].closest('form')?.elements ?? [])].find(e => e.type === 'submit' && !e.hasAttribute('form') && e.checkVisibility());";
const SET_VALUE: &str = "
    const [field, value] = arguments;
    field.value = value;
    for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, { bubbles: true }));
    return field.value;";
const SHOWS: &str = "
    const tidy = text => text.replace(/\\s+/g, ' ').trim();
    return tidy(document.body.innerText).includes(tidy(arguments[0]));";
const PLACE: &str = "
    const { x, y, width, height } = arguments[0].getBoundingClientRect();
    return { x: x + scrollX, y: y + scrollY, width, height };";
/// What sticks out of the screen. Not of `innerWidth`: on a phone that grows with a page that is too wide.
const TOO_WIDE: &str = "
    const [width] = arguments, page = document.scrollingElement.scrollWidth;
    if (page <= width) return [];
    const wide = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width);
    return [`the page is ${page} px wide`, ...wide.slice(0, 8).map(e => e.cloneNode().outerHTML)];";
