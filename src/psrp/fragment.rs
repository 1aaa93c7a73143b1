//! Fragments: pieces of messages that fit into an envelope (MS-PSRP 2.2.4).

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The bytes of a fragment's header.
pub const HEADER: usize = 21;

/// Why bytes are not the fragments of a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FragmentError {
    /// The stream ended within a fragment or within a message.
    #[error("the stream ended in the middle of a message")]
    Truncated,
    /// A fragment or a message that is longer than this reader takes.
    #[error("a message has more than {0} bytes")]
    TooLong(usize),
    /// A message began before the one before it ended, or continued without having begun.
    #[error("a fragment of message {found} where message {expected} is not complete")]
    Interleaved {
        /// The message that is not complete.
        expected: u64,
        /// The message that the fragment belongs to.
        found: u64,
    },
    /// A message that goes on without having begun.
    #[error("a fragment of message {0}, which has not begun")]
    NotBegun(u64),
    /// A fragment that is missing, comes twice or has a flag that contradicts its number.
    #[error("fragment {found} where fragment {expected} should come")]
    OutOfOrder {
        /// The number that should come.
        expected: u64,
        /// The number that came.
        found: u64,
    },
}

/// The header of a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The message, by its number among those of the sender; 1 is the first.
    pub object: u64,
    /// The place in the message, from 0.
    pub number: u64,
    /// Whether it is the first of its message.
    pub start: bool,
    /// Whether it is the last of its message.
    pub end: bool,
    /// The bytes that follow.
    pub length: u32,
}

impl Header {
    /// The bytes, with the numbers in network order.
    pub fn encode(&self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..8].copy_from_slice(&self.object.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.number.to_be_bytes());
        bytes[16] = u8::from(self.start) | u8::from(self.end) << 1;
        bytes[17..].copy_from_slice(&self.length.to_be_bytes());
        bytes
    }

    /// Reads a header; the reserved bits of the flags are ignored.
    pub fn decode(bytes: &[u8; HEADER]) -> Self {
        let [o0, o1, o2, o3, o4, o5, o6, o7, n0, n1, n2, n3, n4, n5, n6, n7, flags, l0, l1, l2, l3] = *bytes;
        Self {
            object: u64::from_be_bytes([o0, o1, o2, o3, o4, o5, o6, o7]),
            number: u64::from_be_bytes([n0, n1, n2, n3, n4, n5, n6, n7]),
            start: flags & 1 != 0,
            end: flags & 2 != 0,
            length: u32::from_be_bytes([l0, l1, l2, l3]),
        }
    }
}

/// Cuts messages into fragments, and numbers the messages. Clones share the numbering: those of a pool and
/// of its pipelines are one sequence.
#[derive(Clone, Debug)]
pub struct Fragmenter {
    next: Arc<AtomicU64>,
    most: usize,
}

impl Fragmenter {
    /// Fragments of at most `most` bytes with their headers; at least one byte of content goes into each.
    ///
    /// WS-Management carries them in base64 within an envelope: two thirds of `MaxEnvelopeSizekb` less a few
    /// kilobytes is right.
    pub fn new(most: usize) -> Self {
        Self { next: Arc::new(AtomicU64::new(1)), most: most.clamp(HEADER + 1, HEADER + (1 << 20)) }
    }

    /// The fragments of a message.
    pub fn cut(&self, message: &[u8]) -> Vec<Vec<u8>> {
        let object = self.next.fetch_add(1, Ordering::Relaxed);
        let count = message.len().div_ceil(self.most - HEADER).max(1);
        let mut pieces = message.chunks(self.most - HEADER);
        let fragment = |number: usize| {
            let piece = pieces.next().unwrap_or_default();
            let header = Header {
                object,
                number: number as u64,
                start: number == 0,
                end: number + 1 == count,
                length: u32::try_from(piece.len()).expect("at most a megabyte"),
            };
            [&header.encode(), piece].concat()
        };
        (0..count).map(fragment).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_that_of_the_specification() {
        let header = Header { object: 3, number: 1, start: false, end: true, length: 0x0102 };
        let bytes = header.encode();
        assert_eq!(bytes, [0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 1, 2]);
        assert_eq!(Header::decode(&bytes), header);
    }

    #[test]
    fn no_fragment_is_longer_than_agreed() {
        let fragmenter = Fragmenter::new(HEADER + 10);
        let fragments = fragmenter.cut(&[7; 25]);
        assert_eq!(fragments.iter().map(Vec::len).collect::<Vec<_>>(), [31, 31, 26]);
        assert_eq!(fragments.iter().map(|f| f[16]).collect::<Vec<_>>(), [1, 0, 2]);
        assert_eq!(
            fragmenter.clone().cut(&[])[0],
            [0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0]
        );
    }
}
