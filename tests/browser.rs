//! The page of a server in a real browser: Chromium, driven through WebDriver.
//!
//! Runs where `chromium` and `chromedriver` are installed (Debian: `chromium chromium-driver`). Pictures are kept in the
//! folder that the test prints.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::program::{Program, questions};
use crate::served::{Server, churn};
use crate::{forecasts, recommend};

/// Time for something to appear on the page.
const PATIENCE: Duration = Duration::from_secs(15);

/// A running chromedriver.
struct Driver {
    child: Child,
    url: String,
}

impl Driver {
    /// `None` where it is not installed.
    fn start() -> Option<Self> {
        let has_browser = Command::new("chromium").arg("--version").output().is_ok();
        let mut command = Command::new("chromedriver");
        command
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().ok().filter(|_| has_browser)?;
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                let url = format!("http://127.0.0.1:{}", port.trim_end_matches('.'));
                return Some(Self { child, url });
            }
        }
        panic!("chromedriver does not start");
    }

    async fn open(&self, width: u32, height: u32) -> Client {
        let arguments = [
            "--headless=new".to_string(),
            "--no-sandbox".to_string(),
            "--disable-gpu".to_string(),
            "--disable-dev-shm-usage".to_string(),
            format!("--window-size={width},{height}"),
        ];
        let capabilities = json!({
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else {
            unreachable!()
        };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder
            .capabilities(capabilities)
            .connect(&self.url)
            .await
            .unwrap();
        client.set_window_size(width, height).await.unwrap();
        client
    }

    /// What the browser has to complain of.
    async fn console(&self, client: &Client) -> Vec<String> {
        let session = client.session_id().await.unwrap().unwrap();
        let url = format!("{}/session/{session}/se/log", self.url);
        let mut reply = ureq::post(url)
            .send_json(json!({ "type": "browser" }))
            .unwrap();
        let log: Value = reply.body_mut().read_json().unwrap();
        log["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(Value::to_string)
            .collect()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until an element has a text in it.
#[track_caller]
fn has_text<'a>(client: &'a Client, css: &'a str, text: &'a str) -> impl Future<Output = ()> + 'a {
    let caller = std::panic::Location::caller();
    async move {
        let started = std::time::Instant::now();
        loop {
            let mut found = String::new();
            if let Ok(element) = client.find(Locator::Css(css)).await {
                found = element.text().await.unwrap_or_default();
                if found.contains(text) {
                    return;
                }
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{caller}: {css} has no {text:?} but {found:?}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn picture(client: &Client, folder: &Path, name: &str) {
    let png = client.screenshot().await.unwrap();
    fs::write(folder.join(format!("{name}.png")), png).unwrap();
}

/// The control that a label names.
async fn labelled(client: &Client, label: &str) -> fantoccini::elements::Element {
    let path = format!("//*[@id=//label[normalize-space()='{label}']/@for]");
    client
        .wait()
        .at_most(PATIENCE)
        .for_element(Locator::XPath(&path))
        .await
        .unwrap()
}

async fn tab(client: &Client, name: &str) {
    let path = format!("//*[@role='tab'][normalize-space()='{name}']");
    let tab = client
        .wait()
        .at_most(PATIENCE)
        .for_element(Locator::XPath(&path))
        .await
        .unwrap();
    tab.click().await.unwrap();
}

fn intents() -> Program {
    let program = Program::new();
    program.write(
        "questions.csv",
        &questions(
            &["what", "about"],
            ["cost", "way", "goods"],
            "question,topic",
        ),
    );
    program.write("topics.toml", crate::serve::TOPICS);
    program.succeed(&["train", "topics.toml", "-q", "--out", "run"]);
    program
}

#[test]
fn people_use_the_page() {
    let Some(driver) = Driver::start() else {
        println!("skipped: chromium and chromedriver are not installed");
        return;
    };
    let program = churn();
    program.succeed(&["report", "churn"]);
    let others = [
        ("sales", forecasts::served_sales()),
        ("shop", recommend::trained(recommend::RECIPE)),
        ("topics", intents()),
    ];
    let mut models = vec!["churn".to_string()];
    models.extend(
        others
            .iter()
            .map(|(name, program)| format!("{name}={}", program.path("run").display())),
    );
    models.push("--reports".to_string());
    let models: Vec<&str> = models.iter().map(String::as_str).collect();
    let server = Server::start(&program, &models);
    let csv = program.write(
        "new.csv",
        "age,plan,since\n61,basic,2024-03-01\n22,pro,2024-05-20\n",
    );
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("page");
    fs::create_dir_all(&folder).unwrap();
    println!("pictures: {}", folder.display());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = driver.open(1280, 1000).await;
        rows(&client, &server, &csv, &folder).await;
        texts(&client, &server, &folder).await;
        series(&client, &server, &folder).await;
        users(&client, &server, &folder).await;
        client
            .goto(&format!("{}/#/churn", server.url))
            .await
            .unwrap();
        client.set_window_size(500, 800).await.unwrap();
        has_text(&client, "h1", "churn").await;
        picture(&client, &folder, "narrow").await;
        let wide = client
            .execute(
                "return document.documentElement.scrollWidth > innerWidth",
                vec![],
            )
            .await;
        assert_eq!(wide.unwrap(), json!(false), "the page scrolls sideways");
        let complaints = driver.console(&client).await;
        assert!(complaints.is_empty(), "{complaints:?}");
        client.close().await.unwrap();
    });
}

/// Fills the form, gets a prediction, and drops a file.
async fn rows(client: &Client, server: &Server, csv: &Path, folder: &Path) {
    client
        .goto(&format!("{}/#/churn", server.url))
        .await
        .unwrap();
    has_text(client, "h1", "churn").await;
    has_text(client, ".result", "churn").await;
    let age = labelled(client, "age").await;
    age.clear().await.unwrap();
    age.send_keys("61").await.unwrap();
    let plan = labelled(client, "plan").await;
    plan.select_by_label("basic").await.unwrap();
    let asked = server.post(
        "/v1/models/churn/predict",
        r#"{"rows": [{"age": 61, "plan": "basic", "since": null}]}"#,
    );
    let expected = asked.json()["predictions"][0]["churn"]["value"]
        .as_str()
        .unwrap()
        .to_string();
    has_text(client, ".command", "61").await;
    has_text(client, ".result", &expected).await;
    has_text(client, ".result", "%").await;
    picture(client, folder, "form").await;
    tab(client, "A whole file").await;
    let file = client
        .wait()
        .at_most(PATIENCE)
        .for_element(Locator::Css("input[type=file]"))
        .await
        .unwrap();
    file.send_keys(&csv.to_string_lossy()).await.unwrap();
    has_text(client, ".scroll tbody", "yes").await;
    has_text(client, "main", "Download predictions").await;
    picture(client, folder, "file").await;
}

/// Talks to a model.
async fn texts(client: &Client, server: &Server, folder: &Path) {
    client
        .goto(&format!("{}/#/topics", server.url))
        .await
        .unwrap();
    has_text(client, "h1", "topics").await;
    tab(client, "Chat").await;
    let message = labelled(client, "Your message").await;
    message.send_keys("what parcel about").await.unwrap();
    message
        .send_keys(&String::from(char::from(Key::Enter)))
        .await
        .unwrap();
    has_text(client, "[role=log]", "way").await;
    picture(client, folder, "chat").await;
}

/// Looks at a fan chart, and moves along it by keyboard.
async fn series(client: &Client, server: &Server, folder: &Path) {
    client
        .goto(&format!("{}/#/sales", server.url))
        .await
        .unwrap();
    has_text(client, "h1", "sales").await;
    let chart = client
        .wait()
        .at_most(PATIENCE)
        .for_element(Locator::Css("[role=slider]"))
        .await
        .unwrap();
    let before = chart.attr("aria-valuetext").await.unwrap();
    chart
        .send_keys(&String::from(char::from(Key::Right)))
        .await
        .unwrap();
    assert_ne!(chart.attr("aria-valuetext").await.unwrap(), before);
    picture(client, folder, "forecast").await;
}

/// Asks for the list of a user.
async fn users(client: &Client, server: &Server, folder: &Path) {
    client
        .goto(&format!("{}/#/shop", server.url))
        .await
        .unwrap();
    has_text(client, "h1", "shop").await;
    let user = labelled(client, "User (user)").await;
    user.send_keys("u01").await.unwrap();
    has_text(client, "main", "training data").await;
    has_text(client, "main", "thing").await;
    picture(client, folder, "list").await;
}
