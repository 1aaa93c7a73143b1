//! What has to be known of an `AUTHENTICATE_MESSAGE` before it is checked (MS-NLMP 2.2.1.3).

/// `MsvAvFlags`, and the bit that says that there is an integrity code.
const FLAGS: u16 = 6;
const INTEGRITY_CODE: u8 = 2;
/// `NTLMSSP_NEGOTIATE_UNICODE` and `NTLMSSP_NEGOTIATE_TARGET_INFO`.
const UNICODE: u32 = 1;
const TARGET_INFO: u32 = 0x0080_0000;
/// `NTLMSSP_NEGOTIATE_KEY_EXCH`.
const KEY_EXCHANGE: u32 = 0x4000_0000;

/// Who sends it, and what it carries.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Authenticate {
    pub(super) user: String,
    pub(super) has_integrity_code: bool,
    pub(super) exchanges_keys: bool,
}

impl Authenticate {
    pub(super) fn read(message: &[u8]) -> Option<Self> {
        let flags = u32::from_le_bytes(*message.get(60..)?.first_chunk()?);
        if !message.starts_with(b"NTLMSSP\0\x03\0\0\0") || flags & UNICODE == 0 {
            return None;
        }
        let user: Vec<u16> = field(message, 36)?
            .chunks_exact(2)
            .filter_map(|unit| Some(u16::from_le_bytes(unit.try_into().ok()?)))
            .collect();
        // The response begins with the proof and 28 bytes that are the same for all (2.2.2.7).
        let pairs = field(message, 20)?.get(44..)?;
        Some(Self {
            user: String::from_utf16(&user).ok()?,
            has_integrity_code: flags & TARGET_INFO != 0 && has_code(pairs),
            exchanges_keys: flags & KEY_EXCHANGE != 0,
        })
    }
}

/// What length and place at `at` point to.
fn field(message: &[u8], at: usize) -> Option<&[u8]> {
    let length = usize::from(u16::from_le_bytes(*message.get(at..)?.first_chunk()?));
    let start = u32::from_le_bytes(*message.get(at + 4..)?.first_chunk()?) as usize;
    message.get(start..start.checked_add(length)?)
}

fn has_code(mut pairs: &[u8]) -> bool {
    while let Some((head, rest)) = pairs.split_first_chunk::<4>() {
        let [id_low, id_high, length_low, length_high] = *head;
        let (id, length) =
            (u16::from_le_bytes([id_low, id_high]), u16::from_le_bytes([length_low, length_high]));
        let Some((value, after)) = rest.split_at_checked(usize::from(length)) else { return false };
        if id == FLAGS {
            return value.first().is_some_and(|bits| bits & INTEGRITY_CODE != 0);
        }
        if id == 0 {
            return false;
        }
        pairs = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bits: u8, flags: u32) -> Vec<u8> {
        let mut message = b"NTLMSSP\0\x03\0\0\0".to_vec();
        message.resize(64, 0);
        let mut put = |at: usize, bytes: &[u8]| message[at..at + bytes.len()].copy_from_slice(bytes);
        put(20, &[56, 0, 56, 0, 64, 0, 0, 0]);
        put(36, &[4, 0, 4, 0, 120, 0, 0, 0]);
        put(60, &flags.to_le_bytes());
        message.extend([0; 44]);
        message.extend([FLAGS.to_le_bytes(), [4, 0], [bits, 0], [0, 0], [0, 0], [0, 0]].concat());
        message.extend(b"m\0\xe9\0");
        message
    }

    #[test]
    fn user_and_integrity_code_are_seen() {
        let read = Authenticate::read(&message(2, UNICODE | TARGET_INFO)).expect("it reads");
        let user = "mé".to_owned();
        assert_eq!(read, Authenticate { user, has_integrity_code: true, exchanges_keys: false });
        let read = Authenticate::read(&message(2, UNICODE | KEY_EXCHANGE)).expect("it reads");
        assert!(read.exchanges_keys);
        let without = [message(0, UNICODE | TARGET_INFO), message(2, UNICODE)];
        assert!(without.iter().all(|m| !Authenticate::read(m).expect("it reads").has_integrity_code));
        assert_eq!(Authenticate::read(&message(2, TARGET_INFO)), None);
    }

    #[test]
    fn what_is_cut_short_is_nothing() {
        let whole = message(2, UNICODE | TARGET_INFO);
        for length in 0..whole.len() {
            assert_eq!(Authenticate::read(&whole[..length]), None, "{length}");
        }
    }
}
