//! What a provider sells: managed backup, and the rest of the shelf.

/// Identifier, description, price and cost in hundredths.
pub(crate) const MANAGED: [(&str, &str, i64, i64); 8] = [
    ("MBS-SERVER", "Managed Backup: Server", 2500, 1100),
    ("MBS-DESKTOP", "Managed Backup: Desktop", 900, 400),
    ("MBS-VM", "Managed Backup: VM Server", 3900, 1800),
    ("MBS-M365", "Managed Backup: Microsoft 365", 400, 150),
    ("MBS-SQL", "Managed Backup: MS SQL Server", 3000, 1400),
    ("MBS-STORAGE", "Managed Backup: Cloud storage, per GB", 5, 2),
    ("MBS-RESTORE", "Managed Backup: Restored data, per GB", 2, 1),
    ("MBS-RMM", "Managed RMM endpoint", 500, 200),
];
/// Beginning of the identifier and name.
pub(crate) const GOODS: [(&str, &str); 12] = [
    ("FW", "Firewall subscription"),
    ("AV", "Endpoint protection"),
    ("M365-BP", "Microsoft 365 Business Premium"),
    ("M365-E3", "Microsoft 365 E3"),
    ("VOIP", "Hosted voice seat"),
    ("SW", "Network switch"),
    ("AP", "Wireless access point"),
    ("LT", "Business laptop"),
    ("MON", "Monitoring sensor"),
    ("DOM", "Domain and DNS"),
    ("SSL", "TLS certificate"),
    ("HRS", "Block hours"),
];
/// In which sizes the rest is sold.
pub(crate) const PLANS: [&str; 5] = ["Basic", "Standard", "Plus", "Pro", "Enterprise"];
