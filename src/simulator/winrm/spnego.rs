//! The tokens of SPNEGO (RFC 4178, 4.2), as far as a server that only has NTLM needs them. DER, with a length
//! of at most four bytes.

/// `1.3.6.1.5.5.2`, SPNEGO, and `1.3.6.1.4.1.311.2.2.10`, NTLM, encoded.
const SPNEGO: &[u8] = &[0x2B, 6, 1, 5, 5, 2];
const NTLM: &[u8] = &[0x2B, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10];

const OCTETS: u8 = 0x04;
const OBJECT: u8 = 0x06;
const ENUMERATED: u8 = 0x0A;
const SEQUENCE: u8 = 0x30;
const APPLICATION: u8 = 0x60;
const CONTEXT: u8 = 0xA0;

/// A token of a client.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// `MechTypeList`, encoded; only in the first token.
    pub(super) mechanisms: Option<Vec<u8>>,
    /// A message of the mechanism.
    pub(super) message: Option<Vec<u8>>,
    /// `mechListMIC`.
    pub(super) code: Option<Vec<u8>>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Completed = 0,
    Incomplete = 1,
    /// The mechanism was not the client's first choice.
    RequestCode = 3,
}

impl Token {
    /// Reads `NegTokenInit` or `NegTokenResp`.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let (tag, content) = reader.next()?;
        let (first, content) = match tag {
            APPLICATION => {
                let mut inner = Reader(content);
                (inner.next()? == (OBJECT, SPNEGO)).then_some(())?;
                (true, inner.tagged(CONTEXT)?)
            }
            tag if tag == CONTEXT | 1 => (false, content),
            _ => return None,
        };
        let mut fields = Reader(Reader(content).tagged(SEQUENCE)?);
        let mut token = Self { mechanisms: None, message: None, code: None };
        while !fields.0.is_empty() {
            let (tag, field) = fields.next()?;
            let octets = || Reader(field).tagged(OCTETS).map(<[u8]>::to_vec);
            match tag & !CONTEXT {
                0 if first => token.mechanisms = Some(field.to_vec()),
                2 => token.message = Some(octets()?),
                3 => token.code = Some(octets()?),
                _ => {}
            }
        }
        (token.mechanisms.is_some() == first).then_some(token)
    }

    /// The place of NTLM in the list of mechanisms; the first is preferred.
    pub(super) fn ntlm(&self) -> Option<usize> {
        let mut list = Reader(Reader(self.mechanisms.as_ref()?).tagged(SEQUENCE)?);
        std::iter::from_fn(|| list.next()).position(|mechanism| mechanism == (OBJECT, NTLM))
    }
}

/// `NegTokenResp`; the first one names the mechanism.
pub(super) fn response(state: State, first: bool, message: Option<&[u8]>, code: Option<&[u8]>) -> Vec<u8> {
    let mut fields = element(CONTEXT, &element(ENUMERATED, &[state as u8]));
    if first {
        fields.extend(element(CONTEXT | 1, &element(OBJECT, NTLM)));
    }
    for (tag, octets) in [(CONTEXT | 2, message), (CONTEXT | 3, code)] {
        fields.extend(octets.map(|octets| element(tag, &element(OCTETS, octets))).unwrap_or_default());
    }
    element(CONTEXT | 1, &element(SEQUENCE, &fields))
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant = &length[length.iter().position(|byte| *byte != 0).unwrap_or(length.len() - 1)..];
    let mut bytes = vec![tag];
    match significant {
        [short] if *short < 0x80 => bytes.push(*short),
        long => {
            bytes.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            bytes.extend(long);
        }
    }
    bytes.extend(content);
    bytes
}

/// Elements in a row.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let [tag, length, rest @ ..] = self.0 else { return None };
        let (length, rest) = match *length {
            short if short < 0x80 => (usize::from(short), rest),
            long => {
                let (bytes, rest) = rest.split_at_checked(usize::from(long & 0x7F))?;
                (1..=4).contains(&bytes.len()).then_some(())?;
                (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
            }
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, content))
    }

    fn tagged(&mut self, wanted: u8) -> Option<&'a [u8]> {
        self.next().filter(|(tag, _)| *tag == wanted).map(|(_, content)| content)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The first token of a client that offers NTLM, after another mechanism or alone.
    pub(in crate::simulator::winrm) fn offer(others: &[&[u8]], ntlm: bool, message: &[u8]) -> Vec<u8> {
        let own = if ntlm { NTLM } else { SPNEGO };
        let list: Vec<u8> = others.iter().chain([&own]).flat_map(|oid| element(OBJECT, oid)).collect();
        let list = element(CONTEXT, &element(SEQUENCE, &list));
        let message = element(CONTEXT | 2, &element(OCTETS, message));
        let init = element(CONTEXT, &element(SEQUENCE, &[list, message].concat()));
        element(APPLICATION, &[element(OBJECT, SPNEGO), init].concat())
    }

    #[test]
    fn the_first_token_is_read() {
        let token = Token::read(&offer(&[b"\x2a\x03"], true, &[7; 300])).expect("it reads");
        assert_eq!((token.ntlm(), token.message.as_deref()), (Some(1), Some([7; 300].as_slice())));
        let token = Token::read(&offer(&[b"\x2a\x03"], false, b"")).expect("it reads");
        assert_eq!(token.ntlm(), None);
    }

    #[test]
    fn what_is_written_is_read() {
        let long = vec![5; 70_000];
        let token =
            Token::read(&response(State::Incomplete, true, Some(&long), Some(b"code"))).expect("it reads");
        let expected = Token { mechanisms: None, message: Some(long), code: Some(b"code".to_vec()) };
        assert_eq!(token, expected);
        assert_eq!(response(State::Completed, false, None, None), [0xA1, 7, 0x30, 5, 0xA0, 3, 0x0A, 1, 0]);
    }

    #[test]
    fn noise_is_nothing() {
        let whole = offer(&[], true, b"message");
        for length in 0..whole.len() {
            assert_eq!(Token::read(&whole[..length]), None, "{length}");
        }
        for wrong in [b"NTLMSSP\0".as_slice(), &[0xA1, 0x85, 1, 1, 1, 1, 1], &[0xA1, 0x80], &[0x60, 2, 6, 0]]
        {
            assert_eq!(Token::read(wrong), None, "{wrong:?}");
        }
    }
}
