//! The corpus of the fuzz targets, replayed, with what would be too large for files.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use crate::harness::{READERS, Reader};

/// For one input of less than a megabyte, in a build that is not optimised, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// Reads, and not for ever.
fn read(name: &str, reader: Reader, bytes: &[u8]) {
    let begun = Instant::now();
    reader(bytes);
    assert!(begun.elapsed() < PATIENCE, "{name} took {:?} for {} bytes", begun.elapsed(), bytes.len());
}

#[test]
fn the_corpus_does_not_hurt() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, reader) in READERS {
        let entries = fs::read_dir(corpus.join(name)).unwrap_or_else(|_| panic!("no corpus for {name}"));
        let mut count = 0;
        for entry in entries {
            read(name, reader, &fs::read(entry.expect("an entry").path()).expect("a file"));
            count += 1;
        }
        assert!(count > 0, "the corpus of {name} is empty");
    }
}

/// Every reader on every seed of every other one, and on each seed cut short or bent.
#[test]
fn no_reader_is_hurt_by_the_seeds_of_another() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let seeds = READERS.iter().flat_map(|(name, _)| fs::read_dir(corpus.join(name)).expect("a corpus"));
    for seed in seeds {
        let mut bytes = fs::read(seed.expect("an entry").path()).expect("a file");
        for (name, reader) in READERS {
            read(name, reader, &bytes);
            read(name, reader, &bytes[..bytes.len() / 2]);
        }
        for at in (0..bytes.len()).step_by(17) {
            bytes[at] ^= 0x11;
        }
        READERS.iter().for_each(|(name, reader)| read(name, *reader, &bytes));
    }
}

#[test]
fn bombs_do_not_hurt() {
    let deep = "<Obj><LST>".repeat(200_000);
    let wide = format!("<Obj><LST>{}</LST></Obj>", "<Nil/>".repeat(300_000));
    let attributes = format!("<S {}/>", (0..50_000).map(|n| format!("a{n}=\"\" ")).collect::<String>());
    let escapes = format!("<S>{}</S>", "_x005F_".repeat(300_000));
    for bomb in [deep, wide, attributes, escapes] {
        // The others read the same text once for each type of message.
        let readers =
            READERS.iter().filter(|(name, _)| ["clixml", "answer", "request", "outputs"].contains(name));
        readers.for_each(|(name, reader)| read(name, *reader, bomb.as_bytes()));
    }
}
