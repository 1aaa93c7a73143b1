//! How a sealed body travels over HTTP (MS-WSMV 2.2.9.1): `multipart/encrypted`, one part with what is said
//! about the body and one with the sealed body, `u32` little-endian length of the trailer, trailer, data.

use super::Unreadable;

const BOUNDARY: &str = "Encrypted Boundary";
/// The largest trailer that is believed: Kerberos with AES needs 60, NTLM 16.
const MAX_TRAILER: usize = 512;
/// The largest number of parts that is read. A body that is sealed as one has one.
const MAX_PARTS: usize = 64;

/// Which protocol sealed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SealProtocol {
    /// NTLM or Kerberos under the name Negotiate.
    Spnego,
    /// Kerberos under its own name.
    Kerberos,
}

/// A sealed message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Signature of NTLM, or header of Kerberos.
    pub trailer: Vec<u8>,
    /// The encrypted bytes.
    pub data: Vec<u8>,
    /// The length of what was sealed, in bytes.
    pub original_length: usize,
}

/// Why a body cannot be sealed or is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It would have gone out as it is.
    #[error("the body would have been sent unsealed: {0}")]
    NotSealed(&'static str),
    /// What came back is not sealed, or not as it has to be.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

impl SealProtocol {
    /// Its name in the headers.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Spnego => "application/HTTP-SPNEGO-session-encrypted",
            Self::Kerberos => "application/HTTP-Kerberos-session-encrypted",
        }
    }

    /// The `Content-Type` of a sealed body.
    pub fn content_type(self) -> String {
        format!("multipart/encrypted;protocol=\"{}\";boundary=\"{BOUNDARY}\"", self.media_type())
    }
}

/// Frames a sealed body.
///
/// # Errors
///
/// [`SealError::NotSealed`] when `sealed` is still `plain`, or lacks its trailer: such a body must not leave.
pub fn write(protocol: SealProtocol, plain: &[u8], sealed: &Sealed) -> Result<Vec<u8>, SealError> {
    if sealed.trailer.is_empty() {
        return Err(SealError::NotSealed("no signature"));
    }
    if sealed.data.len() < plain.len() {
        return Err(SealError::NotSealed("the sealed body is too short"));
    }
    // Sixteen bytes that stay the same by chance happen once in 2^128 messages.
    let open = plain.len() >= 16 && sealed.data.windows(plain.len()).any(|window| window == plain);
    let begins_open = plain.len() >= 16 && sealed.data.starts_with(&plain[..16]);
    if open || begins_open {
        return Err(SealError::NotSealed("it reads as before"));
    }
    let trailer =
        u32::try_from(sealed.trailer.len()).map_err(|_| SealError::NotSealed("trailer too long"))?;
    let mut body = format!(
        "--{BOUNDARY}\r\n\tContent-Type: {}\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;\
         Length={}\r\n--{BOUNDARY}\r\n\tContent-Type: application/octet-stream\r\n",
        protocol.media_type(),
        sealed.original_length,
    )
    .into_bytes();
    body.extend_from_slice(&trailer.to_le_bytes());
    body.extend_from_slice(&sealed.trailer);
    body.extend_from_slice(&sealed.data);
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    Ok(body)
}

/// Takes a sealed body apart. What each part unseals to has to have its `original_length`.
///
/// # Errors
///
/// [`Unreadable`] when `content_type` is not that of a sealed body, or the body is not framed as one.
pub fn read(protocol: SealProtocol, content_type: &str, body: &[u8]) -> Result<Vec<Sealed>, Unreadable> {
    let bad = |what: &str| Unreadable(format!("sealed body: {what}"));
    let boundary = boundary_of(protocol, content_type)?;
    let mut rest = body;
    let mut parts = Vec::new();
    loop {
        rest = after_delimiter(rest, &boundary).ok_or_else(|| bad("no boundary"))?;
        if rest.starts_with(b"--") {
            break;
        }
        if parts.len() == MAX_PARTS {
            return Err(bad("too many parts"));
        }
        rest = rest.strip_prefix(b"\r\n").ok_or_else(|| bad("no line end after the boundary"))?;
        let (original_length, after) = original_content(protocol, rest)?;
        rest = after_delimiter(after, &boundary).ok_or_else(|| bad("no second part"))?;
        rest = rest.strip_prefix(b"\r\n").ok_or_else(|| bad("no line end after the boundary"))?;
        let (line, after) = header_line(rest).ok_or_else(|| bad("no content type"))?;
        if !line.eq_ignore_ascii_case("content-type: application/octet-stream") {
            return Err(bad("the second part is not binary"));
        }
        let (sealed, after) = sealed_part(after, original_length, &boundary)?;
        parts.push(sealed);
        rest = after;
    }
    if parts.is_empty() { Err(bad("no parts")) } else { Ok(parts) }
}

/// Whether a content type announces a sealed body.
pub fn is_sealed(content_type: &str) -> bool {
    let media = content_type.split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case("multipart/encrypted")
        || media.eq_ignore_ascii_case("multipart/x-multi-encrypted")
}

fn boundary_of(protocol: SealProtocol, content_type: &str) -> Result<String, Unreadable> {
    let bad = |what: &str| Unreadable(format!("sealed body: {what} in {content_type:?}"));
    if !is_sealed(content_type) {
        return Err(bad("another content type"));
    }
    let parameter = |name: &str| {
        content_type.split(';').skip(1).find_map(|part| {
            let (key, value) = part.split_once('=')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
        })
    };
    if !parameter("protocol").is_some_and(|name| name.eq_ignore_ascii_case(protocol.media_type())) {
        return Err(bad("another protocol"));
    }
    parameter("boundary").filter(|boundary| !boundary.is_empty()).ok_or_else(|| bad("no boundary"))
}

/// What follows `--boundary`. Exchange writes a blank between the two.
fn after_delimiter<'a>(body: &'a [u8], boundary: &str) -> Option<&'a [u8]> {
    let rest = body.strip_prefix(b"--")?;
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    rest.strip_prefix(boundary.as_bytes())
}

/// A line of a part's header, trimmed, and what follows it.
fn header_line(body: &[u8]) -> Option<(&str, &[u8])> {
    let end = body.iter().take(512).position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(&body[..end]).ok()?;
    Some((line.trim(), &body[end + 1..]))
}

fn original_content(protocol: SealProtocol, body: &[u8]) -> Result<(usize, &[u8]), Unreadable> {
    let bad = |what: &str| Unreadable(format!("sealed body: {what}"));
    let (mut length, mut typed, mut rest) = (None, false, body);
    while !rest.starts_with(b"--") {
        let (line, after) = header_line(rest).ok_or_else(|| bad("a broken header"))?;
        let (name, value) = line.split_once(':').ok_or_else(|| bad("a broken header"))?;
        if name.eq_ignore_ascii_case("content-type") {
            typed = value.trim().eq_ignore_ascii_case(protocol.media_type());
        } else if name.eq_ignore_ascii_case("originalcontent") {
            let mut words = value.split(';').map(str::trim);
            if !words.next().is_some_and(|word| word.eq_ignore_ascii_case("type=application/soap+xml")) {
                return Err(bad("the original content is not SOAP"));
            }
            let number = words.find_map(|word| word.strip_prefix("Length="));
            length = number.and_then(|number| number.parse().ok());
        }
        rest = after;
    }
    if !typed {
        return Err(bad("another protocol"));
    }
    Ok((length.ok_or_else(|| bad("no length of the original content"))?, rest))
}

/// The sealed bytes reach to the next boundary. As they may contain anything, the boundary is looked for only
/// where the sealed bytes can end: not before as many of them as there were to seal.
fn sealed_part<'a>(
    body: &'a [u8],
    original_length: usize,
    boundary: &str,
) -> Result<(Sealed, &'a [u8]), Unreadable> {
    let bad = |what: &str| Unreadable(format!("sealed body: {what}"));
    let (length, rest) = body.split_first_chunk::<4>().ok_or_else(|| bad("cut short"))?;
    let trailer_length = u32::from_le_bytes(*length) as usize;
    if trailer_length > MAX_TRAILER || trailer_length > rest.len() {
        return Err(bad("a trailer of impossible length"));
    }
    let (trailer, rest) = rest.split_at(trailer_length);
    // Kerberos without filler needs as many bytes as there were; with RC4 the filler counts as original.
    let minimum = original_length.min(rest.len());
    let end = (minimum..=rest.len())
        .find(|at| after_delimiter(&rest[*at..], boundary).is_some())
        .ok_or_else(|| bad("no boundary at the end"))?;
    let sealed = Sealed { trailer: trailer.to_vec(), data: rest[..end].to_vec(), original_length };
    Ok((sealed, &rest[end..]))
}
