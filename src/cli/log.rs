//! The log of a process that runs for long. Whatever a host has said, a line stays one line.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal, Write},
};

use clap::ValueEnum;
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;

use crate::text::is_deceptive;

/// How to write the log.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    /// Writes the log of this process to standard error from now on.
    pub(super) fn begin(self) {
        // The client logs whole answers that it cannot read; what went wrong is said by those who asked.
        let quiet = || EnvFilter::new("info,kube_client=off");
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| quiet());
        // Colours are for people at a terminal; what collects logs would keep them as control characters.
        let colours = io::stderr().is_terminal();
        let subscriber = self.subscriber(filter, colours, io::stderr);
        tracing::subscriber::set_global_default(subscriber).expect("the log begins once");
    }

    fn subscriber<W: Write + 'static>(
        self,
        filter: EnvFilter,
        colours: bool,
        out: fn() -> W,
    ) -> Box<dyn Subscriber + Send + Sync> {
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(colours)
            .with_writer(move || Clean { out: out(), colours });
        match self {
            Self::Text => Box::new(log.finish()),
            Self::Json => Box::new(log.json().finish()),
        }
    }
}

/// Writes lines without what could fool whoever reads them. One write is one line.
struct Clean<W> {
    out: W,
    colours: bool,
}

impl<W: Write> Write for Clean<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        self.out.write_all(clean(&text, self.colours).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The line with `\uXXXX` for each deceptive character but the last line feed: what JSON has for it too.
fn clean(line: &str, colours: bool) -> String {
    let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, "\n"));
    let mut out = String::with_capacity(line.len());
    for c in body.chars() {
        match c {
            '\u{1b}' if colours => out.push(c),
            c if is_deceptive(c) => {
                // Writing to a text cannot fail.
                let _ = c.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}"));
            }
            c => out.push(c),
        }
    }
    out + end
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::Value;

    use super::*;

    static TEXT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    static JSON: Mutex<Vec<u8>> = Mutex::new(Vec::new());

    struct Kept(&'static Mutex<Vec<u8>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no test panics in here").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What a host may say to forge a line, or to hide one.
    const HOSTILE: [&str; 7] = [
        "done\n2026-11-22T03:00:00Z  INFO lync_failover: step ended outcome=Completed",
        "done\r\n{\"level\":\"INFO\",\"fields\":{\"message\":\"step ended\"}}",
        "\u{1b}[2K\u{1b}[1Ggone",
        "\u{9b}2Kgone",
        "pool1\u{202e}moc.osotnoc.2loop",
        "a\u{2028}b\u{2029}c\u{85}d",
        "a\u{200b}b\u{2066}c\u{2069}\u{feff}",
    ];

    fn say_all() {
        let span = tracing::info_span!("step", failover = HOSTILE[0], run = HOSTILE[4]);
        let _inside = span.enter();
        for text in HOSTILE {
            tracing::info!(text = %text, again = text, debug = ?text, "{text}");
        }
    }

    fn lines(kept: &'static Mutex<Vec<u8>>) -> Vec<String> {
        let bytes = std::mem::take(&mut *kept.lock().expect("no test panics in here"));
        let text = String::from_utf8(bytes).expect("text");
        let lines: Vec<String> = text.split_terminator('\n').map(str::to_owned).collect();
        assert_eq!(lines.len(), HOSTILE.len(), "one line for each event:\n{text}");
        let bad = lines.iter().find(|line| line.contains(is_deceptive));
        assert!(bad.is_none(), "{bad:?}");
        lines
    }

    #[test]
    fn what_a_host_says_cannot_forge_a_line_of_text() {
        let subscriber = LogFormat::Text.subscriber(EnvFilter::new("info"), false, || Kept(&TEXT));
        tracing::subscriber::with_default(subscriber, say_all);
        lines(&TEXT);
    }

    #[test]
    fn what_a_host_says_cannot_forge_a_line_of_json() {
        let subscriber = LogFormat::Json.subscriber(EnvFilter::new("info"), false, || Kept(&JSON));
        tracing::subscriber::with_default(subscriber, say_all);
        for (line, text) in lines(&JSON).iter().zip(HOSTILE) {
            let line: Value = serde_json::from_str(line).expect("an object");
            assert_eq!(line["fields"]["text"], text, "nothing is lost");
        }
    }

    #[test]
    fn colours_are_the_only_exception() {
        assert_eq!(clean("\u{1b}[1ma\u{7}\u{e0001}\n", true), "\u{1b}[1ma\\u0007\u{e0001}\n");
        assert_eq!(clean("\u{1b}[1ma", false), "\\u001b[1ma");
    }
}
