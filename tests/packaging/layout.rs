//! The image itself, without an engine: the last stage of Containerfile carried out by umoci on the root that
//! `image/root` makes and on the program of this build (stripped), as an OCI layout; and the program started in it as a
//! Pod would start it, by bubblewrap: as user 65532, with a read-only root and no capability.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

use serde_json::Value;

use super::{
    image::last_stage,
    objects::{read, scratch},
};

/// hadolint, umoci, bubblewrap, and the root of the image. The first time they are fetched, in half a minute.
pub fn tools() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        let script = super::objects::path("tests/packaging/tools/build");
        let output = Command::new(&script).stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "{script} failed; it says why above");
        PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
    })
}

fn ok(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// An image: its layout, and its files unpacked.
struct Image {
    layout: PathBuf,
    files: PathBuf,
}

/// Made once.
fn image() -> &'static Image {
    static IMAGE: OnceLock<Image> = OnceLock::new();
    IMAGE.get_or_init(|| {
        let dir = scratch("image");
        let layout = dir.join("layout");
        let umoci = |args: &[&str]| ok(Command::new(tools().join("bin/umoci")).args(args));
        let name = format!("{}:test", layout.to_string_lossy());
        umoci(&["init", "--layout", &layout.to_string_lossy()]);
        umoci(&["new", "--image", &name]);
        // As a release is built: without its symbols, which are in the way of nothing but the size.
        let built = [
            ("lync-failover", env!("CARGO_BIN_EXE_lync-failover")),
            ("kubectl-lync", env!("CARGO_BIN_EXE_kubectl-lync")),
        ];
        let programs = built.map(|(name, built)| {
            let program = dir.join(name);
            let stripped = Command::new("strip").arg("-o").arg(&program).arg(built).status();
            assert!(stripped.expect("strip comes with the C compiler").success());
            (format!("/usr/local/bin/{name}"), program)
        });
        for (instruction, rest) in &last_stage()[1..] {
            let words: Vec<&str> = rest.split(' ').collect();
            match (instruction.as_str(), words.as_slice()) {
                ("COPY", ["--from=root", "/image", to]) => {
                    let root = tools().join("root");
                    umoci(&["insert", "--rootless", "--image", &name, &root.to_string_lossy(), to]);
                }
                ("COPY", ["--from=builder", from, to]) => {
                    let (_, program) = programs.iter().find(|(name, _)| name == from).expect("built");
                    umoci(&["insert", "--rootless", "--image", &name, &program.to_string_lossy(), to]);
                }
                ("USER", [user]) => drop(umoci(&["config", "--image", &name, "--config.user", user])),
                ("ENTRYPOINT", _) => {
                    let parts: Vec<String> = serde_json::from_str(rest).unwrap();
                    let parts = parts.iter().flat_map(|part| ["--config.entrypoint", part]);
                    umoci(&["config", "--image", &name].into_iter().chain(parts).collect::<Vec<_>>());
                }
                ("LABEL", _) => {
                    for label in rest.split("\" ") {
                        let label = label.replace('"', "");
                        umoci(&["config", "--image", &name, "--config.label", &label]);
                    }
                }
                other => panic!("what is {other:?}?"),
            }
        }
        let bundle = dir.join("bundle");
        umoci(&["unpack", "--rootless", "--image", &name, &bundle.to_string_lossy()]);
        Image { layout, files: bundle.join("rootfs") }
    })
}

impl Image {
    fn blob(&self, of: &Value) -> Value {
        let digest = of["digest"].as_str().unwrap().replace(':', "/");
        serde_json::from_slice(&fs::read(self.layout.join("blobs").join(digest)).unwrap()).unwrap()
    }

    /// The manifest and the configuration.
    fn described(&self) -> (Value, Value) {
        let index: Value =
            serde_json::from_slice(&fs::read(self.layout.join("index.json")).unwrap()).unwrap();
        let manifest = self.blob(&index["manifests"][0]);
        let config = self.blob(&manifest["config"]);
        (manifest, config)
    }

    /// Starts the entry point with arguments, as the user of the image.
    fn run(&self, args: &[&str]) -> Output {
        let (_, config) = self.described();
        let (user, group) = config["config"]["User"].as_str().unwrap().split_once(':').unwrap();
        let entry: Vec<String> = serde_json::from_value(config["config"]["Entrypoint"].clone()).unwrap();
        let mut command = Command::new(tools().join("bin/bwrap"));
        command
            .arg("--ro-bind")
            .arg(&self.files)
            .args([
                "/",
                "--proc",
                "/proc",
                "--dev",
                "/dev",
                "--unshare-all",
                "--cap-drop",
                "ALL",
                "--clearenv",
            ])
            .args(["--die-with-parent", "--uid", user, "--gid", group])
            .args(entry)
            .args(args);
        command.stdin(fs::File::open(super::objects::path("examples/registrars-lost.yaml")).unwrap());
        command.output().unwrap()
    }
}

#[test]
fn the_layout_is_an_image_for_kubernetes() {
    let image = image();
    let version: Value = serde_json::from_slice(&fs::read(image.layout.join("oci-layout")).unwrap()).unwrap();
    assert_eq!(version["imageLayoutVersion"], "1.0.0");
    let (manifest, config) = image.described();
    assert_eq!(config["os"], "linux");
    let settings = &config["config"];
    assert_eq!(settings["User"], "65532:65532");
    assert_eq!(settings["Entrypoint"], serde_json::json!(["/usr/local/bin/lync-failover"]));
    assert_eq!((&settings["Cmd"], &settings["Env"]), (&Value::Null, &Value::Null));
    assert_eq!(settings["Labels"]["org.opencontainers.image.title"], "lync-failover");
    assert_eq!(
        settings["Labels"]["org.opencontainers.image.description"],
        "Operator for the disaster recovery of Lync Server 2013"
    );
    let layers = manifest["layers"].as_array().unwrap();
    assert_eq!(layers.len(), 3, "the root, and two programs");
    // Beside the programs there is little: a layer of more than 5 MB has something in it that nobody needs.
    let sizes: Vec<u64> = layers.iter().map(|layer| layer["size"].as_u64().unwrap()).collect();
    assert!(sizes[0] < 5_000_000, "{sizes:?}");
    // Without optimisation the programs are larger than a release.
    assert!(sizes.iter().sum::<u64>() < 60_000_000, "{sizes:?}");
}

#[test]
fn there_is_no_shell_and_nothing_that_anybody_may_write() {
    let image = image();
    let files = ok(Command::new("find").arg(&image.files).args(["-type", "f", "-printf", "%P %m\n"]));
    let mut programs = Vec::new();
    for line in files.lines() {
        let (file, mode) = line.rsplit_once(' ').unwrap();
        let mode = u32::from_str_radix(mode, 8).unwrap();
        assert!(mode & 0o022 == 0, "{file} can be written by others: {mode:o}");
        assert!(mode & 0o6000 == 0, "{file} makes its user somebody else: {mode:o}");
        let library = file.contains(".so");
        if mode & 0o111 != 0 && !library {
            programs.push(file);
        }
    }
    programs.sort_unstable();
    assert_eq!(programs, ["usr/local/bin/kubectl-lync", "usr/local/bin/lync-failover"]);
    // A scanner finds what Debian has to say about the libraries.
    for package in ["libc6", "libgcc-s1", "ca-certificates"] {
        let note = fs::read_to_string(image.files.join("var/lib/dpkg/status.d").join(package)).unwrap();
        assert!(note.contains(&format!("Package: {package}\n")) && note.contains("\nVersion: "), "{note}");
    }
    assert!(fs::read_to_string(image.files.join("etc/os-release")).unwrap().contains("ID=debian"));
}

/// Where the operator looks for the authorities of the machine, if a LyncDeployment names none.
#[test]
fn the_authorities_are_where_the_operator_looks_first() {
    let source = read("src/winrm/tls.rs");
    let bundles = source.split_once("const BUNDLES").unwrap().1;
    let first = bundles.split('"').nth(1).unwrap();
    let bundle = fs::read_to_string(image().files.join(first.trim_start_matches('/'))).unwrap();
    assert!(bundle.matches("-----BEGIN CERTIFICATE-----").count() > 100, "{first}");
    let (begins, ends) = (bundle.lines().filter(|line| line.starts_with("-----BEGIN")), bundle.lines());
    assert_eq!(begins.count(), ends.filter(|line| *line == "-----END CERTIFICATE-----").count());
}

#[test]
fn the_program_starts_in_it_and_runs_a_whole_failover() {
    let image = image();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let output = image.run(&["--version"]);
    let version = format!("lync-failover {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(text(&output.stdout), version, "{}", text(&output.stderr));
    let output = image.run(&["simulate", "--quiet", "--speed=600", "-"]);
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("pool1@pool2"), "{}", text(&output.stdout));
    // It cannot write there: the root is read-only, and would be another user's if it were not.
    let output = image.run(&["crds", "--output-dir", "/usr/local"]);
    assert!(!output.status.success(), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("Read-only file system"), "{}", text(&output.stderr));
}
