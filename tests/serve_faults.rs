//! `hob serve` when something goes wrong around it: bundles, clients and signals.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::served::{CHURN, ROWS, Server, churn, replace_bundle};

const PATH: &str = "/v1/models/churn/predict";

fn answer(server: &Server) -> Value {
    let reply = server.post(PATH, ROWS);
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["predictions"].clone()
}

fn reload_error(server: &Server) -> Value {
    server.get("/v1/models/churn").json()["reload_error"].clone()
}

#[test]
fn a_bundle_is_replaced_under_load_and_garbage_is_not_taken() {
    let program = churn();
    let old = fs::read(program.path("churn/model.hob")).unwrap();
    program.write(
        "other.toml",
        &CHURN.replace("hidden = [16]", "hidden = [8]"),
    );
    program.succeed(&["train", "other.toml", "-q", "--out", "other"]);
    let new = fs::read(program.path("other/model.hob")).unwrap();
    let server = Server::start(&program, &["churn"]);
    let before = answer(&server);
    let (is_done, asked) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let load = scope.spawn(|| {
            let mut seen: Vec<Value> = Vec::new();
            while !is_done.load(Ordering::Relaxed) {
                let found = answer(&server);
                asked.fetch_add(1, Ordering::Relaxed);
                if !seen.contains(&found) {
                    seen.push(found);
                }
            }
            seen
        });
        replace_bundle(&program, b"garbage");
        server.wait_until("garbage is seen", |server| !reload_error(server).is_null());
        let error = reload_error(&server).to_string();
        assert!(
            error.contains("does not start as a hob model does"),
            "{error}"
        );
        // Cut off in the middle, as a copy that is not finished.
        replace_bundle(&program, &new[..new.len() / 2]);
        server.signal("-HUP");
        server.wait_until("the cut is seen", |server| {
            reload_error(server).to_string().contains("incomplete")
        });
        assert_eq!(answer(&server), before);
        replace_bundle(&program, &new);
        server.signal("-HUP");
        server.wait_until("the new model answers", |server| answer(server) != before);
        assert!(reload_error(&server).is_null());
        is_done.store(true, Ordering::Relaxed);
        let seen = load.join().unwrap();
        // Nobody got anything but the answer of the one or the other.
        assert_eq!(seen.len(), 2);
    });
    assert!(asked.load(Ordering::Relaxed) > 10);
    let metrics = server.get("/metrics").text();
    assert!(
        metrics.contains("hob_reloads_total{model=\"churn\",result=\"failed\"}"),
        "{metrics}"
    );
    replace_bundle(&program, &old);
    server.wait_until("the old model answers again by itself", |server| {
        answer(server) == before
    });
}

#[test]
fn a_server_that_is_killed_starts_again_and_one_that_is_asked_to_end_finishes() {
    let program = churn();
    let mut server = Server::start(&program, &["churn"]);
    let before = answer(&server);
    server.signal("-KILL");
    server.child.wait().unwrap();
    let mut server = Server::start(
        &program,
        &["churn", "--batch-wait", "1500", "--batch-rows", "64"],
    );
    // It waits for company for a while, and the end comes in between.
    let mut asked = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    asked
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        ROWS.len()
    );
    asked.write_all(format!("{head}{ROWS}").as_bytes()).unwrap();
    server.wait_until("the request has arrived", |server| {
        let metrics = server.get("/metrics").text();
        metrics.contains("hob_connections 2")
    });
    server.signal("-TERM");
    let mut said = String::new();
    asked.read_to_string(&mut said).unwrap();
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    let body: Value = serde_json::from_str(said.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(body["predictions"], before);
    assert!(server.child.wait().unwrap().success());
}

#[test]
fn slow_and_silent_clients_are_let_go_and_hold_up_nobody() {
    let program = churn();
    let server = Server::start(&program, &["churn", "--timeout", "1"]);
    let addr = server.url.trim_start_matches("http://");
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n"
    );
    let mut slow = TcpStream::connect(addr).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(15)))
        .unwrap();
    slow.write_all(head.as_bytes()).unwrap();
    let silent: Vec<TcpStream> = (0..200)
        .map(|_| TcpStream::connect(addr).unwrap())
        .collect();
    let started = Instant::now();
    let mut half = TcpStream::connect(addr).unwrap();
    half.write_all(b"GET /healthz HTTP/1.1\r\nhos").unwrap();
    answer(&server);
    // A byte now and then does not help.
    let mut said = Vec::new();
    for _ in 0..8 {
        if slow.write_all(b" ").is_err() {
            break;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    let mut buffer = [0; 4096];
    if let Ok(count) = slow.read(&mut buffer) {
        said.extend_from_slice(&buffer[..count]);
    }
    assert!(
        String::from_utf8_lossy(&said).starts_with("HTTP/1.1 408"),
        "{}",
        String::from_utf8_lossy(&said)
    );
    // A head that does not come ends its connection.
    half.set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    while !matches!(half.read(&mut buffer), Ok(0) | Err(_)) {}
    assert!(started.elapsed() < Duration::from_secs(18));
    answer(&server);
    drop(silent);
}

#[test]
fn a_full_queue_refuses_at_once() {
    let program = churn();
    // One request waits for company, one is in the queue, and there is no room for more.
    let arguments = [
        "churn",
        "--queue",
        "1",
        "--batch-wait",
        "600",
        "--batch-rows",
        "2",
        "--workers",
        "1",
    ];
    let server = Server::start(&program, &arguments);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..40)
            .map(|_| scope.spawn(|| server.post(PATH, ROWS).status))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(
        statuses.contains(&200) && statuses.contains(&503),
        "{statuses:?}"
    );
    assert!(
        statuses.iter().all(|status| [200, 503].contains(status)),
        "{statuses:?}"
    );
    answer(&server);
    assert!(
        server
            .get("/metrics")
            .text()
            .contains("hob_refused_total{model=\"churn\"}")
    );
}

#[test]
fn a_certificate_encrypts_connections() {
    let program = churn();
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args([
            "-subj",
            "/CN=localhost",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
        ])
        .current_dir(program.path("."))
        .output();
    let curl = Command::new("curl").arg("--version").output();
    let (true, Ok(curl)) = (made.is_ok_and(|made| made.status.success()), curl) else {
        println!("skipped: openssl or curl is not installed");
        return;
    };
    let mut versions = vec![("--http1.1", "HTTP/1.1 200")];
    match String::from_utf8_lossy(&curl.stdout).contains("HTTP2") {
        true => versions.push(("--http2", "HTTP/2 200")),
        false => println!("skipped HTTP/2, which this curl does not speak"),
    }
    let server = Server::start(
        &program,
        &["churn", "--tls-cert", "cert.pem", "--tls-key", "key.pem"],
    );
    assert!(server.url.starts_with("https://"));
    for (version, status) in versions {
        let asked = Command::new("curl")
            .args(["-s", "-i", version, "--cacert", "cert.pem", "--resolve"])
            .arg(format!(
                "localhost:{}:127.0.0.1",
                server.url.rsplit(':').next().unwrap()
            ))
            .args([
                "-d",
                ROWS,
                &format!("{}{PATH}", server.url.replace("127.0.0.1", "localhost")),
            ])
            .current_dir(program.path("."))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&asked.stdout).into_owned();
        assert!(
            said.starts_with(status)
                && said.contains("\"predictions\"")
                && said.contains("strict-transport-security"),
            "{version}: {said}"
        );
    }
    let wrong = program.run(&[
        "serve",
        "churn",
        "--tls-cert",
        "key.pem",
        "--tls-key",
        "cert.pem",
    ]);
    assert_eq!(wrong.code, 2, "{}", wrong.stderr);
    assert!(
        wrong.stderr.contains("cannot use the certificate"),
        "{}",
        wrong.stderr
    );
}
