//! Where a secret hides: as it is, in another encoding, in the middle of Base64, in a list of numbers.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};

/// What must not be seen, in all the forms in which it could be.
pub(crate) struct Secret {
    name: String,
    forms: Vec<Vec<u8>>,
}

impl Secret {
    pub(crate) fn text(text: &str) -> Self {
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let forms = [text.as_bytes(), &utf16].into_iter().flat_map(forms).collect();
        Self { name: text.to_owned(), forms }
    }

    pub(crate) fn bytes(name: &str, bytes: &[u8]) -> Self {
        Self { name: name.to_owned(), forms: forms(bytes) }
    }
}

/// The names of those that appear.
pub(crate) fn found<'a>(haystack: &[u8], secrets: &'a [Secret]) -> Vec<&'a str> {
    let seen = |form: &Vec<u8>| contains(haystack, form);
    secrets.iter().filter(|secret| secret.forms.iter().any(seen)).map(|secret| secret.name.as_str()).collect()
}

/// The names of all.
pub(crate) fn names(secrets: &[Secret]) -> Vec<&str> {
    secrets.iter().map(|secret| secret.name.as_str()).collect()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window[0] == needle[0] && window == needle)
}

fn forms(bytes: &[u8]) -> Vec<Vec<u8>> {
    let joined = |each: &dyn Fn(&u8) -> String, between: &str| {
        bytes.iter().map(each).collect::<Vec<_>>().join(between).into_bytes()
    };
    let mut forms = vec![
        bytes.to_vec(),
        joined(&|byte| format!("{byte:02x}"), ""),
        joined(&|byte| format!("{byte:02X}"), ""),
        joined(&|byte| byte.to_string(), ", "),
    ];
    // What stands before it moves it to one of three places within the groups of Base64. Only the letters
    // that depend on nothing but the secret are looked for.
    for before in 0..3 {
        let moved = [&vec![0; before], bytes].concat();
        let (from, to) = ((before * 8).div_ceil(6), moved.len() * 8 / 6);
        for engine in [STANDARD, URL_SAFE] {
            forms.push(engine.encode(&moved).as_bytes()[from..to].to_vec());
        }
    }
    forms
}

#[test]
fn a_secret_is_found_wherever_it_hides() {
    let secret = [Secret::text("Sch-n3idig!-7"), Secret::bytes("a key", &[0xfb, 0xff, 7, 8, 9, 10])];
    let utf16: Vec<u8> = "Sch-n3idig!-7".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for before in ["", "x", "xy", "xyz"] {
        for hidden in [b"Sch-n3idig!-7".as_slice(), &utf16] {
            let whole = [before.as_bytes(), hidden, b"and more"].concat();
            for seen in [
                whole.clone(),
                STANDARD.encode(&whole).into_bytes(),
                format!("{whole:?}").into_bytes(),
                format!("{whole:02X?}").replace(", ", "").into_bytes(),
            ] {
                assert_eq!(found(&seen, &secret), ["Sch-n3idig!-7"], "{}", String::from_utf8_lossy(&seen));
            }
        }
        let whole = [before.as_bytes(), &[0xfb, 0xff, 7, 8, 9, 10, 11]].concat();
        assert_eq!(found(URL_SAFE.encode(&whole).as_bytes(), &secret), ["a key"]);
    }
    assert!(found(b"Sch-n3idig!-8 and nothing of it", &secret).is_empty());
    assert_eq!(names(&secret), ["Sch-n3idig!-7", "a key"]);
}
