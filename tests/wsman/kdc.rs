//! A KDC of MIT Kerberos on a loopback port, with a realm of its own.

use std::{
    fs::File,
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::peer::{HOST, PASSWORD, Scratch, tools};

pub(crate) const REALM: &str = "CONTOSO.COM";

pub(crate) struct Kdc {
    child: Child,
    /// `127.0.0.1:port`.
    pub(crate) address: String,
    pub(crate) scratch: Scratch,
}

impl Kdc {
    pub(crate) fn start() -> Self {
        let scratch = Scratch::new();
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("bound").port();
        drop(free);
        let path = |name| scratch.path(name);
        scratch.file(
            "krb5.conf",
            format!(
                "[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n rdns = false\n\
                 [realms]\n {REALM} = {{\n  kdc = 127.0.0.1:{port}\n }}\n"
            ),
        );
        scratch.file(
            "kdc.conf",
            format!(
                "[kdcdefaults]\n kdc_listen = 127.0.0.1:{port}\n kdc_tcp_listen = 127.0.0.1:{port}\n\
                 [realms]\n {REALM} = {{\n  database_name = {}\n  key_stash_file = {}\n  acl_file = {}\n\
                 \x20 supported_enctypes = aes256-cts:normal aes128-cts:normal\n\
                 \x20 default_principal_flags = +preauth\n }}\n\
                 [logging]\n kdc = FILE:{}\n",
                path("principal"),
                path("stash"),
                path("acl"),
                path("kdc.log"),
            ),
        );
        let run = |program: &str, arguments: &[&str]| {
            let output = command(&scratch, program).args(arguments).output().expect("it runs");
            assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        };
        run("kdb5_util", &["create", "-s", "-r", REALM, "-P", "master"]);
        let service = format!("HOST/{HOST}");
        for query in [
            format!("addprinc -pw {PASSWORD} svc-lync"),
            "addprinc -randkey gmsa".to_owned(),
            format!("addprinc -randkey {service}"),
            format!("ktadd -k {} {service}", path("service.keytab")),
            format!("ktadd -k {} gmsa", path("client.keytab")),
        ] {
            run("kadmin.local", &["-r", REALM, "-q", &query]);
        }
        let log = File::create(path("krb5kdc.out")).expect("a log");
        let child = command(&scratch, "krb5kdc")
            .args(["-n", "-r", REALM])
            .stdout(log.try_clone().expect("a handle"))
            .stderr(log)
            .spawn()
            .expect("it starts");
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "the KDC does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { child, address: format!("127.0.0.1:{port}"), scratch }
    }

    /// What the service needs to know its key.
    pub(crate) fn environment(&self) -> [(String, String); 2] {
        [
            ("KRB5_CONFIG".to_owned(), self.scratch.path("krb5.conf")),
            ("KRB5_KTNAME".to_owned(), self.scratch.path("service.keytab")),
        ]
    }
}

impl Drop for Kdc {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.scratch.path("kdc.log")).unwrap_or_default();
            eprintln!("--- the KDC said:\n{log}");
        }
    }
}

fn command(scratch: &Scratch, program: &str) -> Command {
    let directory = &tools().1;
    let mut command = Command::new(directory.join(program));
    command
        .env("KRB5_CONFIG", scratch.path("krb5.conf"))
        .env("KRB5_KDC_PROFILE", scratch.path("kdc.conf"))
        .stdin(Stdio::null());
    // Programs that were unpacked and not installed have their libraries beside them.
    if let Some(root) = directory.to_str().and_then(|path| path.strip_suffix("debs/usr/sbin")) {
        let libraries = format!("{root}debs/usr/lib/{}-linux-gnu", std::env::consts::ARCH);
        command.env("LD_LIBRARY_PATH", libraries);
    }
    command
}
