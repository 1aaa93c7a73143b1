//! How NTLM seals and signs (MS-NLMP 3.4.4, with extended session security and 128 bits). `sspi` does it too, but
//! gives the signature of a mechanism list only to its own Negotiate.

use openssl::{
    error::ErrorStack,
    hash::{MessageDigest, hash},
    memcmp,
    pkey::PKey,
    sign::Signer,
};

use crate::wsman::seal::Sealed;

const TO_SERVER: &str = "client-to-server";
const TO_CLIENT: &str = "server-to-client";

/// Both directions of a connection, seen by its server.
pub(super) struct Seal {
    incoming: Direction,
    outgoing: Direction,
}

struct Direction {
    signing_key: Vec<u8>,
    cipher: Rc4,
    sequence: u32,
    /// Whether checksums are encrypted: with `NTLMSSP_NEGOTIATE_KEY_EXCH`.
    key_exchange: bool,
}

impl Seal {
    pub(super) fn new(session_key: &[u8], key_exchange: bool) -> Result<Self, ErrorStack> {
        Ok(Self {
            incoming: Direction::new(session_key, key_exchange, TO_SERVER)?,
            outgoing: Direction::new(session_key, key_exchange, TO_CLIENT)?,
        })
    }

    pub(super) fn seal(&mut self, plain: &[u8]) -> Option<Sealed> {
        self.outgoing.seal(plain)
    }

    /// Opens; `None` for what the client did not seal, or not in this order.
    pub(super) fn unseal(&mut self, sealed: &Sealed) -> Option<Vec<u8>> {
        let plain = self.incoming.cipher.apply(&sealed.data);
        let signature = self.incoming.sign(&plain)?;
        (same(&signature, &sealed.trailer) && plain.len() == sealed.original_length).then_some(plain)
    }

    /// The code of a mechanism list. It counts as a message, and leaves the cipher where it was (MS-SPNG
    /// 3.3.5.1).
    pub(super) fn code(&mut self, list: &[u8]) -> Option<Vec<u8>> {
        self.outgoing.code(list)
    }

    /// Whether a code of the client is right.
    pub(super) fn is_code(&mut self, list: &[u8], code: &[u8]) -> bool {
        self.incoming.code(list).is_some_and(|own| same(&own, code))
    }
}

impl Direction {
    fn new(session_key: &[u8], key_exchange: bool, direction: &str) -> Result<Self, ErrorStack> {
        let key = |what: &str| {
            let magic = format!("session key to {direction} {what} key magic constant\0");
            hash(MessageDigest::md5(), &[session_key, magic.as_bytes()].concat())
        };
        let cipher = Rc4::new(&key("sealing")?);
        Ok(Self { signing_key: key("signing")?.to_vec(), cipher, sequence: 0, key_exchange })
    }

    fn seal(&mut self, plain: &[u8]) -> Option<Sealed> {
        let data = self.cipher.apply(plain);
        let trailer = self.sign(plain)?;
        Some(Sealed { trailer, data, original_length: plain.len() })
    }

    fn sign(&mut self, plain: &[u8]) -> Option<Vec<u8>> {
        let sequence = self.sequence.to_le_bytes();
        self.sequence = self.sequence.wrapping_add(1);
        let key = PKey::hmac(&self.signing_key).ok()?;
        let mut signer = Signer::new(MessageDigest::md5(), &key).ok()?;
        let digest = signer.sign_oneshot_to_vec(&[&sequence, plain].concat()).ok()?;
        let mut checksum = digest.get(..8)?.to_vec();
        if self.key_exchange {
            checksum = self.cipher.apply(&checksum);
        }
        Some([&[1, 0, 0, 0], checksum.as_slice(), &sequence].concat())
    }

    fn code(&mut self, list: &[u8]) -> Option<Vec<u8>> {
        let cipher = self.cipher.clone();
        let code = self.sign(list);
        self.cipher = cipher;
        code
    }
}

fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && memcmp::eq(one, other)
}

/// RC4, which OpenSSL no longer offers by default.
#[derive(Clone)]
struct Rc4 {
    state: [u8; 256],
    at: u8,
    other: u8,
}

impl Rc4 {
    fn new(key: &[u8]) -> Self {
        let mut state = std::array::from_fn(|at| u8::try_from(at).unwrap_or_default());
        let mut other = 0_u8;
        for (at, byte) in (0..256).zip(key.iter().cycle()) {
            other = other.wrapping_add(state[at]).wrapping_add(*byte);
            state.swap(at, usize::from(other));
        }
        Self { state, at: 0, other: 0 }
    }

    fn apply(&mut self, data: &[u8]) -> Vec<u8> {
        data.iter().map(|byte| byte ^ self.next()).collect()
    }

    fn next(&mut self) -> u8 {
        self.at = self.at.wrapping_add(1);
        let (at, first) = (usize::from(self.at), self.state[usize::from(self.at)]);
        self.other = self.other.wrapping_add(first);
        let second = self.state[usize::from(self.other)];
        self.state.swap(at, usize::from(self.other));
        self.state[usize::from(first.wrapping_add(second))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<_> = hex.bytes().filter(|byte| *byte != b' ').collect();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16);
        digits.chunks(2).map(|pair| byte(pair).expect("hex")).collect()
    }

    fn client() -> Direction {
        Direction::new(&[0x55; 16], true, TO_SERVER).expect("MD5")
    }

    /// The example of MS-NLMP 4.2.4.4.
    #[test]
    fn a_message_is_sealed_as_the_specification_shows() {
        let mut client = client();
        assert_eq!(client.signing_key, bytes("47 88 dc 86 1b 47 82 f3 5d 43 fd 98 fe 1a 2d 39"));
        let plain: Vec<u8> = "Plaintext".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let sealed = client.seal(&plain).expect("sealed");
        assert_eq!(sealed.data, bytes("54 e5 01 65 bf 19 36 dc 99 60 20 c1 81 1b 0f 06 fb 5f"));
        assert_eq!(sealed.trailer, bytes("01 00 00 00 7f b3 8e c5 c5 5d 49 76 00 00 00 00"));
    }

    #[test]
    fn order_signature_and_length_are_checked() {
        let (mut client, mut server) = (client(), Seal::new(&[0x55; 16], true).expect("MD5"));
        let code = client.code(b"list").expect("signed");
        assert!(server.is_code(b"list", &code));
        let first = client.seal(b"first").expect("sealed");
        assert_eq!(server.unseal(&first).as_deref(), Some(b"first".as_slice()));
        let second = client.seal(b"second").expect("sealed");
        assert_eq!(server.unseal(&first), None, "it came before");
        let mut server = Seal::new(&[0x55; 16], true).expect("MD5");
        assert!(!server.is_code(b"another", &code));
        assert_eq!(server.unseal(&second), None);
        let mut server = Seal::new(&[0x55; 16], true).expect("MD5");
        assert!(server.is_code(b"list", &code));
        assert_eq!(server.unseal(&Sealed { original_length: 4, ..first }), None);
    }
}
