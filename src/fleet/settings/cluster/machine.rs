//! Machines: virtual machines, bare metal, pods and services of a provider.

use crate::fleet::setting::{Absent, Certainty, Setting, Unit};

/// The rows.
pub const MACHINE: &[Setting] = &[
    Setting {
        key: "cores",
        label: "Cores",
        unit: Unit::Count("cores"),
        range: (0.1, 1_024.0),
        whole: false,
        absent: Absent::Number(16.0),
        certainty: Certainty::Documented,
        source: "Vendor's sizing: a medium node has 16 vCPU and 32 GiB",
        meaning: "Processor cores of the machine.",
        effect: "Sign-ins, writes and handshakes of what runs on it grow with them.",
        ..Setting::BLANK
    },
    Setting {
        key: "memory_gib",
        label: "Memory",
        unit: Unit::Count("GiB"),
        range: (0.1, 65_536.0),
        whole: false,
        absent: Absent::Number(32.0),
        certainty: Certainty::Documented,
        source: "Vendor's sizing: a medium node has 16 vCPU and 32 GiB",
        meaning: "Memory of the machine.",
        effect: "What Foundation has left beside the others; used by the memory table and rule T006.",
        ..Setting::BLANK
    },
    Setting {
        key: "open_files",
        label: "Open files",
        unit: Unit::Count("files"),
        range: (1.0, 1_000_000_000.0),
        absent: Absent::Number(65536.0),
        certainty: Certainty::Assumed,
        source: "Usual advice for servers with many connections: 65 535 or more; many systems start at 1 024",
        meaning: "Most files and connections that the services of the machine may have open.",
        effect: "Limits the devices that Connection Servers, load balancers or Foundation on it can hold.",
        ..Setting::BLANK
    },
    Setting {
        key: "backlog",
        label: "Accept backlog",
        unit: Unit::Count("connections"),
        range: (0.0, 10_000_000.0),
        absent: Absent::Number(4096.0),
        certainty: Certainty::Measured,
        source: "Linux default of net.core.somaxconn",
        meaning: "Connections that wait in the kernel for a service of the machine.",
        effect: "Length of the accept queues of what runs on it.",
        ..Setting::BLANK
    },
    Setting {
        key: "ports",
        label: "Outgoing ports",
        unit: Unit::Count("ports"),
        range: (1.0, 64_512.0),
        absent: Absent::Number(28232.0),
        certainty: Certainty::Measured,
        source: "Linux default of net.ipv4.ip_local_port_range: 32 768 to 60 999",
        meaning: "Ports from which one address of the machine can connect to one address and port.",
        effect: "Limits what a load balancer on it can pass to one Connection Server.",
        ..Setting::BLANK
    },
    Setting {
        key: "conntrack",
        label: "Tracked connections",
        unit: Unit::Count("connections"),
        range: (1.0, 1_000_000_000.0),
        absent: Absent::Nothing,
        certainty: Certainty::Measured,
        source: "Linux: net.netfilter.nf_conntrack_max, often 262 144",
        meaning: "Most connections that the firewall in front of, or on, the machine keeps track of.",
        effect: "Used by rule T058 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "host",
        label: "Host or rack",
        unit: Unit::Text,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "What you know of your own deployment",
        meaning: "What the machine shares with others that fail with it: a physical host, a rack, a node of Kubernetes.",
        effect: "Used by rules T003 and T057 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "zone",
        label: "Zone",
        unit: Unit::Text,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "What you know of your own deployment",
        meaning: "Availability zone.",
        effect: "Used by rule T039 only. Failures may name it.",
        ..Setting::BLANK
    },
    Setting {
        key: "site",
        label: "Site",
        unit: Unit::Text,
        absent: Absent::Nothing,
        certainty: Certainty::Documented,
        source: "What you know of your own deployment",
        meaning: "Site or region.",
        effect: "Used by rule T039 only. Failures may name it.",
        ..Setting::BLANK
    },
    Setting {
        key: "clock_offset_ms",
        label: "Clock offset",
        unit: Unit::Milliseconds,
        range: (-86_400_000.0, 86_400_000.0),
        whole: false,
        absent: Absent::Nothing,
        certainty: Certainty::Measured,
        source: "Your time service: chronyc tracking, w32tm",
        meaning: "Difference of the clock of the machine from the true time.",
        effect: "Used by rule T053 only.",
        ..Setting::BLANK
    },
    Setting {
        key: "startup_probe_s",
        label: "Start-up probe allows",
        unit: Unit::Seconds,
        range: (0.0, 86_400.0),
        absent: Absent::Nothing,
        certainty: Certainty::Inferred,
        source: "A public operator for Kubernetes allows 40 × 15 s",
        meaning: "Time that a container may take to start before it is killed.",
        effect: "Used by rule T057 only.",
        ..Setting::BLANK
    },
];
