//! Fragments made into messages again.

use super::{
    FragmentError,
    fragment::{HEADER, Header},
};

/// Collects the fragments of one stream. A stream of WS-Management carries the fragments of one message after
/// those of another, never mixed; PowerShell itself refuses anything else.
#[derive(Clone, Debug)]
pub struct Defragmenter {
    most: usize,
    /// Bytes that are not a whole fragment yet.
    rest: Vec<u8>,
    /// The message that has begun.
    open: Option<Open>,
    /// Whether a message that began before this reader came may be passed over.
    late: bool,
    broken: Option<FragmentError>,
}

#[derive(Clone, Debug)]
struct Open {
    object: u64,
    next: u64,
    bytes: Vec<u8>,
}

impl Defragmenter {
    /// The longest message that is taken where nobody says otherwise. PowerShell refuses objects of more than
    /// 10 to 200 MB, depending on its version; a topology has well under one.
    pub const LONGEST: usize = 16 << 20;

    /// A reader of a stream from its beginning, for messages of at most `most` bytes.
    pub fn new(most: usize) -> Self {
        Self { most, rest: Vec::new(), open: None, late: false, broken: None }
    }

    /// A reader that comes to a stream that others have read before: it passes over the rest of a message
    /// whose beginning it has not seen.
    pub fn resuming(most: usize) -> Self {
        Self { late: true, ..Self::new(most) }
    }

    /// Takes bytes and gives the messages that they complete.
    ///
    /// # Errors
    ///
    /// A [`FragmentError`]. Nothing can be read from the stream after it: the same error comes again. What
    /// was complete before it is given first, and the error at the next call.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, FragmentError> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        let mut messages = Vec::new();
        if let Err(error) = self.take(bytes, &mut messages) {
            *self = Self { broken: Some(error.clone()), ..Self::new(self.most) };
            if messages.is_empty() {
                return Err(error);
            }
        }
        Ok(messages)
    }

    /// The stream has ended.
    ///
    /// # Errors
    ///
    /// [`FragmentError::Truncated`] in the middle of a message, or the error that came before.
    pub fn finish(&self) -> Result<(), FragmentError> {
        match &self.broken {
            Some(error) => Err(error.clone()),
            None if self.rest.is_empty() && self.open.is_none() => Ok(()),
            None => Err(FragmentError::Truncated),
        }
    }

    fn take(&mut self, bytes: &[u8], messages: &mut Vec<Vec<u8>>) -> Result<(), FragmentError> {
        let mut buffer = std::mem::take(&mut self.rest);
        buffer.extend_from_slice(bytes);
        let mut left = buffer.as_slice();
        while let Some((header, after)) = left.split_first_chunk::<HEADER>() {
            let header = Header::decode(header);
            let length = usize::try_from(header.length).unwrap_or(usize::MAX);
            if length > self.most {
                return Err(FragmentError::TooLong(self.most));
            }
            let Some((content, next)) = after.split_at_checked(length) else { break };
            messages.extend(self.fragment(&header, content)?);
            left = next;
        }
        self.rest = left.to_vec();
        Ok(())
    }

    fn fragment(&mut self, header: &Header, content: &[u8]) -> Result<Option<Vec<u8>>, FragmentError> {
        let mut open = match self.open.take() {
            Some(open) if open.object != header.object => {
                return Err(FragmentError::Interleaved { expected: open.object, found: header.object });
            }
            Some(open) => open,
            None if header.start => Open { object: header.object, next: 0, bytes: Vec::new() },
            None if self.late => return Ok(None),
            None => return Err(FragmentError::NotBegun(header.object)),
        };
        self.late = false;
        if header.number != open.next || header.start != (header.number == 0) {
            return Err(FragmentError::OutOfOrder { expected: open.next, found: header.number });
        }
        if open.bytes.len() + content.len() > self.most {
            return Err(FragmentError::TooLong(self.most));
        }
        open.bytes.extend_from_slice(content);
        open.next += 1;
        if header.end {
            return Ok(Some(open.bytes));
        }
        self.open = Some(open);
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::psrp::Fragmenter;

    const MOST: usize = 1000;

    fn fragment(object: u64, number: u64, flags: u8, content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).expect("short");
        let header = Header { object, number, start: flags & 1 != 0, end: flags & 2 != 0, length };
        [&header.encode(), content].concat()
    }

    fn refused(fragments: &[Vec<u8>]) -> FragmentError {
        let mut reader = Defragmenter::new(MOST);
        let error = reader.receive(&fragments.concat()).expect_err("it is refused");
        assert_eq!(reader.receive(&fragment(9, 0, 3, b"x")), Err(error.clone()), "it stays broken");
        assert_eq!(reader.finish(), Err(error.clone()));
        error
    }

    proptest! {
        #[test]
        fn what_was_cut_comes_back_however_it_arrives(
            messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..5),
            most in 22_usize..80,
            step in 1_usize..50,
        ) {
            let fragmenter = Fragmenter::new(most);
            let wire: Vec<u8> = messages.iter().flat_map(|message| fragmenter.cut(message)).flatten().collect();
            let mut reader = Defragmenter::new(MOST);
            let read: Result<Vec<_>, _> = wire.chunks(step).map(|chunk| reader.receive(chunk)).collect();
            prop_assert_eq!(read.expect("whole").concat(), messages);
            prop_assert_eq!(reader.finish(), Ok(()));
        }

        #[test]
        fn noise_is_an_error_or_waits_for_more(noise in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut reader = Defragmenter::resuming(MOST);
            let _ = reader.receive(&noise);
            let _ = reader.finish();
        }
    }

    #[test]
    fn what_is_out_of_order_is_refused() {
        let first = fragment(1, 0, 1, b"a");
        assert_eq!(
            refused(&[first.clone(), fragment(2, 0, 3, b"b")]),
            FragmentError::Interleaved { expected: 1, found: 2 }
        );
        assert_eq!(refused(&[fragment(1, 1, 0, b"b")]), FragmentError::NotBegun(1));
        for (number, flags) in [(0, 1), (2, 0), (1, 1), (u64::MAX, 2)] {
            let error = refused(&[first.clone(), fragment(1, number, flags, b"b")]);
            assert_eq!(error, FragmentError::OutOfOrder { expected: 1, found: number });
        }
        assert!(matches!(refused(&[fragment(1, 5, 1, b"")]), FragmentError::OutOfOrder { .. }));
    }

    #[test]
    fn a_huge_length_is_refused_before_it_is_waited_for() {
        let header = Header { object: 1, number: 0, start: true, end: true, length: u32::MAX };
        assert_eq!(refused(&[header.encode().to_vec()]), FragmentError::TooLong(MOST));
        let half = vec![0; MOST / 2 + 1];
        let both = [fragment(1, 0, 1, &half), fragment(1, 1, 2, &half)];
        assert_eq!(refused(&both), FragmentError::TooLong(MOST));
    }

    #[test]
    fn a_stream_that_ends_early_is_truncated() {
        let whole = fragment(1, 0, 3, b"abc");
        for length in 1..whole.len() {
            let mut reader = Defragmenter::new(MOST);
            assert_eq!(reader.receive(&whole[..length]), Ok(Vec::new()));
            assert_eq!(reader.finish(), Err(FragmentError::Truncated), "{length}");
        }
        let mut reader = Defragmenter::new(MOST);
        assert_eq!(reader.receive(&fragment(1, 0, 1, b"a")), Ok(Vec::new()));
        assert_eq!(reader.finish(), Err(FragmentError::Truncated));
    }

    #[test]
    fn who_comes_late_passes_over_what_has_begun() {
        let wire = [fragment(4, 2, 0, b"x"), fragment(4, 3, 2, b"y"), fragment(5, 0, 3, b"z")].concat();
        assert_eq!(Defragmenter::resuming(MOST).receive(&wire), Ok(vec![b"z".to_vec()]));
    }

    #[test]
    fn what_was_complete_before_a_fault_is_given() {
        let mut reader = Defragmenter::resuming(MOST);
        let wire = [fragment(5, 0, 3, b"z"), fragment(6, 1, 2, b"")].concat();
        assert_eq!(reader.receive(&wire), Ok(vec![b"z".to_vec()]));
        assert_eq!(reader.receive(&[]), Err(FragmentError::NotBegun(6)));
        assert_eq!(reader.finish(), Err(FragmentError::NotBegun(6)));
    }
}
