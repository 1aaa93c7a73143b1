//! The real Prometheus and its tool.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    controlplane::binaries::prometheus_dir,
    files::{path, scratch},
    rules::RULES,
    stage::Process,
};

/// Runs promtool; it must succeed.
#[track_caller]
pub fn promtool(args: &[&str]) {
    let output = Command::new(prometheus_dir().join("promtool")).args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
}

/// A Prometheus that scrapes one operator each second, with our rules.
pub struct Prometheus {
    address: SocketAddr,
    process: Process,
}

impl Prometheus {
    pub fn start(name: &str, operator: &str) -> Self {
        // It does not say which port it was given, so it is told one that was free a moment ago.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let config = format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: ['{}']\nscrape_configs:\n\
             - job_name: lync-failover\n  honor_labels: true\n  static_configs: [{{targets: ['{operator}']}}]\n",
            path(RULES).display()
        );
        let config = scratch(&format!("{name}.yaml"), &config);
        let data = config.with_extension("data");
        let _ = std::fs::remove_dir_all(&data);
        let mut command = Command::new(prometheus_dir().join("prometheus"));
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", data.display()))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null());
        let this = Self { address, process: Process::start(&mut command, &config.with_extension("log")) };
        let begun = Instant::now();
        while this.get("/-/ready").is_none_or(|(code, _)| code != 200) {
            assert!(begun.elapsed() < Duration::from_secs(30), "it is not ready:\n{}", this.process.log());
            thread::sleep(Duration::from_millis(100));
        }
        this
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many series a query gives now. It must be a query.
    #[track_caller]
    pub fn count(&self, query: &str) -> usize {
        let (code, body) = self.get(&format!("/api/v1/query?query={}", encoded(query))).unwrap();
        let answer: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("{code} {body}"));
        assert_eq!(answer["status"], "success", "{query}: {answer}");
        answer["data"]["result"].as_array().unwrap().len()
    }

    /// HTTP/1.0, so that the answer comes in one piece.
    fn get(&self, target: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
        write!(stream, "GET {target} HTTP/1.0\r\nHost: prometheus\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let code = answer.split(' ').nth(1)?.parse().ok()?;
        Some((code, answer.split_once("\r\n\r\n")?.1.to_owned()))
    }
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
