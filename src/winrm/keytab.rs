//! Keys of Kerberos, as `ktpass` and `ktutil` write them: file format 0x0502 of MIT.

use std::fmt;

use super::Secret;

/// AES-256 and AES-128 with SHA-1 (RFC 3962), the stronger first. RC4 is not taken.
const KINDS: [u16; 2] = [18, 17];
/// More entries than any account has.
const MAX_ENTRIES: usize = 1024;

/// The entries of a keytab.
#[derive(Clone)]
pub struct Keytab {
    entries: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    name: String,
    realm: String,
    version: u32,
    key: Key,
}

/// A key.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) kind: u16,
    pub(super) bytes: Secret,
}

impl Keytab {
    /// Reads a keytab.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut rest = bytes.strip_prefix(&[5, 2]).ok_or("not a keytab of version 0x0502")?;
        let mut entries = Vec::new();
        while !rest.is_empty() {
            let (length, after) = rest.split_first_chunk::<4>().ok_or("the keytab is cut short")?;
            let length = i32::from_be_bytes(*length);
            let size = length.unsigned_abs() as usize;
            let record = after.get(..size).ok_or("the keytab is cut short")?;
            rest = &after[size..];
            // A negative length is a hole, where an entry was removed; zero ends the file.
            match length {
                0 => break,
                1.. => entries.push(entry(record).ok_or("a broken entry in the keytab")?),
                _ => {}
            }
            if entries.len() > MAX_ENTRIES {
                return Err("too many entries in the keytab".to_owned());
            }
        }
        Ok(Self { entries })
    }

    /// The newest key of a principal, of the strongest kind.
    pub(super) fn best(&self, name: &str, realm: &str) -> Option<&Key> {
        let mine = |entry: &&Entry| entry.name == name && entry.realm.eq_ignore_ascii_case(realm);
        let strength = |entry: &&Entry| KINDS.iter().rev().position(|kind| *kind == entry.key.kind);
        let usable = self.entries.iter().filter(mine).filter(|entry| strength(entry).is_some());
        usable.max_by_key(|entry| (entry.version, strength(entry))).map(|entry| &entry.key)
    }
}

impl fmt::Debug for Keytab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.entries.iter().map(|entry| format!("{}@{}", entry.name, entry.realm));
        f.debug_list().entries(names).finish()
    }
}

fn entry(record: &[u8]) -> Option<Entry> {
    let mut reader = Reader(record);
    let components = reader.number::<2>()?;
    let realm = reader.text()?;
    let names: Option<Vec<String>> = (0..components).map(|_| reader.text()).collect();
    let _name_type = reader.number::<4>()?;
    let _written_at = reader.number::<4>()?;
    let short_version = reader.number::<1>()?;
    let kind = u16::try_from(reader.number::<2>()?).ok()?;
    let bytes = Secret::new(reader.counted()?.to_vec());
    // A longer version may follow; it wins unless it is zero.
    let version = reader.number::<4>().filter(|version| *version != 0).unwrap_or(short_version);
    Some(Entry { name: names?.join("/"), realm, version, key: Key { kind, bytes } })
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn number<const N: usize>(&mut self) -> Option<u32> {
        let (bytes, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    fn counted(&mut self) -> Option<&'a [u8]> {
        let length = self.number::<2>()? as usize;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.counted()?.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(names: &[&str], version: u8, kind: u16, key: &[u8], long: Option<u32>) -> Vec<u8> {
        let counted = |bytes: &[u8]| [&(bytes.len() as u16).to_be_bytes(), bytes].concat();
        let mut record = (names.len() as u16).to_be_bytes().to_vec();
        record.extend(counted(b"CONTOSO.COM"));
        names.iter().for_each(|name| record.extend(counted(name.as_bytes())));
        record.extend([0, 0, 0, 1, 0, 0, 0, 0, version]);
        record.extend(kind.to_be_bytes());
        record.extend(counted(key));
        record.extend(long.into_iter().flat_map(u32::to_be_bytes));
        [&(record.len() as i32).to_be_bytes(), &record[..]].concat()
    }

    fn file(records: &[Vec<u8>]) -> Vec<u8> {
        [&[5, 2], records.concat().as_slice()].concat()
    }

    #[test]
    fn the_newest_and_strongest_key_is_taken() {
        let mut hole = (-8_i32).to_be_bytes().to_vec();
        hole.extend([0xff; 8]);
        let keytab = Keytab::parse(&file(&[
            record(&["svc"], 3, 18, b"old", None),
            hole,
            record(&["svc"], 4, 17, b"weak", None),
            record(&["svc"], 4, 18, b"best", None),
            record(&["svc"], 9, 23, b"rc4", None),
            record(&["host", "fe1"], 255, 18, b"host", Some(300)),
        ]))
        .expect("it reads");
        let best = |name| keytab.best(name, "contoso.com").map(|key| key.bytes.bytes());
        assert_eq!(best("svc"), Some(b"best".as_slice()));
        assert_eq!(best("host/fe1"), Some(b"host".as_slice()));
        assert_eq!(best("other"), None);
        assert_eq!(format!("{keytab:?}").matches("svc@CONTOSO.COM").count(), 4);
    }

    #[test]
    fn what_is_cut_short_is_refused() {
        let whole = file(&[record(&["svc"], 3, 18, b"0123456789abcdef", None)]);
        assert!(Keytab::parse(&whole).is_ok());
        for cut in (0..2).chain(3..whole.len()) {
            assert!(Keytab::parse(&whole[..cut]).is_err(), "{cut}");
        }
        assert!(Keytab::parse(&[5, 1]).is_err());
        assert!(Keytab::parse(&[5, 2, 0x7f, 0xff, 0xff, 0xff, 0]).is_err());
        assert!(Keytab::parse(&[5, 2, 0, 0, 0, 3, 0, 9, 0]).is_err());
    }
}
