//! What a shell or a command has written and nobody has fetched.

use std::collections::VecDeque;

/// How many bytes are kept.
const LIMIT: usize = 4 << 20;

/// Messages as fragments, in order. When there are too many the oldest are lost, whole ones: the buffering
/// `Drop` of MS-WSMV 2.2.4.28, with which a cmdlet never waits for somebody who reads.
#[derive(Debug, Default)]
pub(super) struct Output {
    messages: VecDeque<Vec<u8>>,
    /// Whether a part of the first message has been fetched.
    begun: bool,
    length: usize,
}

impl Output {
    /// Adds the fragments of a message.
    pub(super) fn push(&mut self, fragments: &[Vec<u8>]) {
        let message = fragments.concat();
        if message.is_empty() {
            return;
        }
        self.length += message.len();
        self.messages.push_back(message);
        let oldest = usize::from(self.begun);
        while self.length > LIMIT && self.messages.len() > oldest + 1 {
            let lost = self.messages.remove(oldest).unwrap_or_default();
            self.length -= lost.len();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Takes as much as there is room for.
    pub(super) fn take(&mut self, room: usize) -> Vec<u8> {
        let mut taken = Vec::new();
        while let Some(mut message) = self.messages.pop_front() {
            let free = room.saturating_sub(taken.len());
            if message.len() > free {
                taken.extend(message.drain(..free));
                self.begun |= free > 0;
                self.messages.push_front(message);
                break;
            }
            self.begun = false;
            taken.append(&mut message);
        }
        self.length -= taken.len();
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_fetched_in_pieces() {
        let mut output = Output::default();
        output.push(&[b"abc".to_vec(), b"de".to_vec()]);
        output.push(&[b"fg".to_vec()]);
        output.push(&[]);
        assert_eq!(output.take(4), b"abcd");
        assert_eq!(output.take(2), b"ef");
        assert_eq!(output.take(9), b"g");
        assert!(output.is_empty() && output.length == 0);
    }

    #[test]
    fn too_much_loses_whole_old_messages_but_not_one_that_is_half_fetched() {
        let mut output = Output::default();
        output.push(&[vec![1; 10]]);
        assert_eq!(output.take(4).len(), 4);
        output.push(&[vec![2; LIMIT / 2]]);
        output.push(&[vec![3; LIMIT]]);
        assert_eq!(output.take(6), [1; 6]);
        assert_eq!(output.take(1), [3]);
        output.push(&[b"the end".to_vec()]);
        assert_eq!(output.take(LIMIT - 1), vec![3; LIMIT - 1]);
        assert_eq!(output.take(99), b"the end");
    }
}
