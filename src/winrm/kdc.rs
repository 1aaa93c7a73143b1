//! One question to a KDC over TCP (RFC 4120, 7.2.2): a length of four bytes, then the message.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpStream, lookup_host},
    time::timeout,
};

/// For one KDC to connect and to answer.
const PATIENCE: Duration = Duration::from_secs(4);
/// A ticket with many groups is some 64 KiB.
const MAX_ANSWER: usize = 1 << 20;
/// The port of Kerberos.
const PORT: u16 = 88;

/// Asks one KDC after the other until one answers. Question and answer begin with their length.
///
/// # Errors
///
/// What each of them said.
pub(super) async fn exchange(kdcs: &[String], question: &[u8]) -> Result<Vec<u8>, String> {
    let mut failures = Vec::new();
    for kdc in kdcs {
        let addresses = match resolve(kdc).await {
            Ok(addresses) => addresses,
            Err(why) => {
                failures.push(format!("{kdc}: {why}"));
                continue;
            }
        };
        for address in addresses {
            match timeout(PATIENCE, ask(address, question)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => failures.push(format!("{kdc} ({address}): {error}")),
                Err(_) => failures.push(format!("{kdc} ({address}): no answer")),
            }
        }
    }
    Err(format!("no KDC answers: {}", failures.join("; ")))
}

async fn resolve(kdc: &str) -> Result<Vec<SocketAddr>, String> {
    let has_port = kdc.rsplit_once(':').is_some_and(|(host, port)| {
        port.parse::<u16>().is_ok() && (!host.contains(':') || host.ends_with(']'))
    });
    let found = async {
        if has_port {
            lookup_host(kdc).await.map(Iterator::collect)
        } else {
            lookup_host((kdc, PORT)).await.map(Iterator::collect)
        }
    };
    match timeout(PATIENCE, found).await {
        Ok(found) => found.map_err(|error| error.to_string()),
        Err(_) => Err("DNS does not answer".to_owned()),
    }
}

async fn ask(address: SocketAddr, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(question).await?;
    let length = stream.read_u32().await? as usize;
    if length > MAX_ANSWER {
        return Err(std::io::Error::other(format!("an answer of {length} bytes")));
    }
    let mut answer = vec![0; length + 4];
    answer[..4].copy_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    stream.read_exact(&mut answer[4..]).await?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn the_next_one_is_asked_when_one_is_dead() {
        let dead = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let dead_at = dead.local_addr().expect("bound").to_string();
        drop(dead);
        let rude = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let rude_at = rude.local_addr().expect("bound").to_string();
        let alive = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let alive_at = alive.local_addr().expect("bound").to_string();
        let served = tokio::spawn(async move {
            let (mut stream, _) = rude.accept().await.expect("a client");
            stream.write_u32(u32::MAX).await.expect("sent");
            let (mut stream, _) = alive.accept().await.expect("a client");
            let mut question = [0; 5];
            stream.read_exact(&mut question).await.expect("asked");
            assert_eq!(question, [0, 0, 0, 1, b'?']);
            stream.write_all(&[0, 0, 0, 1, b'!']).await.expect("answered");
        });
        let answer = exchange(&[dead_at.clone(), rude_at, alive_at], &[0, 0, 0, 1, b'?']).await;
        assert_eq!(answer, Ok(vec![0, 0, 0, 1, b'!']));
        served.await.expect("no panic");
        let nobody = exchange(std::slice::from_ref(&dead_at), b"").await;
        assert!(nobody.is_err_and(|why| why.contains(&dead_at)));
    }
}
