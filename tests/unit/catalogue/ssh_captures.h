/* What OpenSSH 9.2p1 (Debian 12) printed on stderr and stdout with -v for logins that were broken for real, and its exit
 * status. Debug lines about configuration files, algorithms and absent keys are left out. */
struct capture {
	const char *name, *err, *out;
	int status;
};

static const struct capture captures[] = {
	{"ok",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'postgres'\n"
	 "debug1: Server host key: ssh-ed25519 SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI\n"
	 "debug1: Host 'db1' is known and matches the ED25519 host key.\n"
	 "debug1: Found key in /var/lib/barman/.ssh/known_hosts:2\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: Next authentication method: publickey\n"
	 "debug1: Offering public key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "debug1: Server accepts key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "Authenticated to db1 ([10.77.0.3]:22) using \"publickey\".\n"
	 "debug1: Entering interactive session.\n"
	 "debug1: Remote: /var/lib/postgresql/.ssh/authorized_keys:1: key options: agent-forwarding port-forwarding pty user-rc x11-forwarding\n"
	 "debug1: Remote: /var/lib/postgresql/.ssh/authorized_keys:1: key options: agent-forwarding port-forwarding pty user-rc x11-forwarding\n"
	 "debug1: Sending command: echo MARK\n",
	 "", 0},
	{"key_refused",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'postgres'\n"
	 "debug1: Server host key: ssh-ed25519 SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI\n"
	 "debug1: Host 'db1' is known and matches the ED25519 host key.\n"
	 "debug1: Found key in /var/lib/barman/.ssh/known_hosts:2\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: Next authentication method: publickey\n"
	 "debug1: Offering public key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: No more authentication methods to try.\n"
	 "postgres@db1: Permission denied (publickey,password).\n",
	 "", 255},
	{"no_banner",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "Connection timed out during banner exchange\n"
	 "Connection to 10.77.0.3 port 22 timed out\n",
	 "", 255},
	{"dns",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "ssh: Could not resolve hostname nosuchhost.invalid: Temporary failure in name resolution\n",
	 "", 255},
	{"port_refused",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 2222.\n"
	 "debug1: connect to address 10.77.0.3 port 2222: Connection refused\n"
	 "ssh: connect to host db1 port 2222: Connection refused\n",
	 "", 255},
	{"key_missing",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'postgres'\n"
	 "debug1: Server host key: ssh-ed25519 SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI\n"
	 "debug1: Host 'db1' is known and matches the ED25519 host key.\n"
	 "debug1: Found key in /var/lib/barman/.ssh/known_hosts:2\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: Next authentication method: publickey\n"
	 "debug1: No more authentication methods to try.\n"
	 "postgres@db1: Permission denied (publickey,password).\n",
	 "", 255},
	{"key_permissions",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'postgres'\n"
	 "debug1: Server host key: ssh-ed25519 SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI\n"
	 "debug1: Host 'db1' is known and matches the ED25519 host key.\n"
	 "debug1: Found key in /var/lib/barman/.ssh/known_hosts:2\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: Next authentication method: publickey\n"
	 "debug1: Offering public key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "debug1: Server accepts key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\n"
	 "@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @\n"
	 "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\n"
	 "Permissions 0644 for '/var/lib/barman/.ssh/id_ed25519' are too open.\n"
	 "It is required that your private key files are NOT accessible by others.\n"
	 "This private key will be ignored.\n"
	 "Load key \"/var/lib/barman/.ssh/id_ed25519\": bad permissions\n"
	 "debug1: No more authentication methods to try.\n"
	 "postgres@db1: Permission denied (publickey,password).\n",
	 "", 255},
	{"key_passphrase",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'postgres'\n"
	 "debug1: Server host key: ssh-ed25519 SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI\n"
	 "debug1: Host 'db1' is known and matches the ED25519 host key.\n"
	 "debug1: Found key in /var/lib/barman/.ssh/known_hosts:2\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: Next authentication method: publickey\n"
	 "debug1: Offering public key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "debug1: Server accepts key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "debug1: No more authentication methods to try.\n"
	 "postgres@db1: Permission denied (publickey,password).\n",
	 "", 255},
	{"hostkey_unknown",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'postgres'\n"
	 "debug1: Server host key: ssh-ed25519 SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI\n"
	 "No ED25519 host key is known for db1 and you have requested strict checking.\n"
	 "Host key verification failed.\n",
	 "", 255},
	{"hostkey_changed",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'postgres'\n"
	 "debug1: Server host key: ssh-ed25519 SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI\n"
	 "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\n"
	 "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n"
	 "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\n"
	 "IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\n"
	 "Someone could be eavesdropping on you right now (man-in-the-middle attack)!\n"
	 "It is also possible that a host key has just been changed.\n"
	 "The fingerprint for the ED25519 key sent by the remote host is\n"
	 "SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI.\n"
	 "Please contact your system administrator.\n"
	 "Add correct host key in /var/lib/barman/.ssh/known_hosts to get rid of this message.\n"
	 "Offending ED25519 key in /var/lib/barman/.ssh/known_hosts:1\n"
	 "  remove with:\n"
	 "  ssh-keygen -f \"/var/lib/barman/.ssh/known_hosts\" -R \"db1\"\n"
	 "Host key for db1 has changed and you have requested strict checking.\n"
	 "Host key verification failed.\n",
	 "", 255},
	{"noisy",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'postgres'\n"
	 "debug1: Server host key: ssh-ed25519 SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI\n"
	 "debug1: Host 'db1' is known and matches the ED25519 host key.\n"
	 "debug1: Found key in /var/lib/barman/.ssh/known_hosts:2\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: Next authentication method: publickey\n"
	 "debug1: Offering public key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "debug1: Server accepts key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "Authenticated to db1 ([10.77.0.3]:22) using \"publickey\".\n"
	 "debug1: Entering interactive session.\n"
	 "debug1: Remote: /var/lib/postgresql/.ssh/authorized_keys:1: key options: agent-forwarding port-forwarding pty user-rc x11-forwarding\n"
	 "debug1: Remote: /var/lib/postgresql/.ssh/authorized_keys:1: key options: agent-forwarding port-forwarding pty user-rc x11-forwarding\n"
	 "debug1: Sending command: echo MARK\n",
	 "Welcome to db1\n", 0},
	{"forced",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'postgres'\n"
	 "debug1: Server host key: ssh-ed25519 SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI\n"
	 "debug1: Host 'db1' is known and matches the ED25519 host key.\n"
	 "debug1: Found key in /var/lib/barman/.ssh/known_hosts:2\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: Next authentication method: publickey\n"
	 "debug1: Offering public key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "debug1: Server accepts key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "Authenticated to db1 ([10.77.0.3]:22) using \"publickey\".\n"
	 "debug1: Entering interactive session.\n"
	 "debug1: Remote: /var/lib/postgresql/.ssh/authorized_keys:1: key options: agent-forwarding command port-forwarding pty user-rc x11-forwarding\n"
	 "debug1: Remote: /var/lib/postgresql/.ssh/authorized_keys:1: key options: agent-forwarding command port-forwarding pty user-rc x11-forwarding\n"
	 "debug1: Sending command: echo MARK\n",
	 "forced\n", 0},
	{"allow",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'postgres'\n"
	 "debug1: Server host key: ssh-ed25519 SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI\n"
	 "debug1: Host 'db1' is known and matches the ED25519 host key.\n"
	 "debug1: Found key in /var/lib/barman/.ssh/known_hosts:2\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: Next authentication method: publickey\n"
	 "debug1: Offering public key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: No more authentication methods to try.\n"
	 "postgres@db1: Permission denied (publickey,password).\n",
	 "", 255},
	{"nologin_shell",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'postgres'\n"
	 "debug1: Server host key: ssh-ed25519 SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI\n"
	 "debug1: Host 'db1' is known and matches the ED25519 host key.\n"
	 "debug1: Found key in /var/lib/barman/.ssh/known_hosts:2\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: Next authentication method: publickey\n"
	 "debug1: Offering public key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "debug1: Server accepts key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "Authenticated to db1 ([10.77.0.3]:22) using \"publickey\".\n"
	 "debug1: Entering interactive session.\n"
	 "debug1: Remote: /var/lib/postgresql/.ssh/authorized_keys:1: key options: agent-forwarding port-forwarding pty user-rc x11-forwarding\n"
	 "debug1: Remote: /var/lib/postgresql/.ssh/authorized_keys:1: key options: agent-forwarding port-forwarding pty user-rc x11-forwarding\n"
	 "debug1: Sending command: echo MARK\n",
	 "This account is currently not available.\n", 1},
	{"shell_missing",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'postgres'\n"
	 "debug1: Server host key: ssh-ed25519 SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI\n"
	 "debug1: Host 'db1' is known and matches the ED25519 host key.\n"
	 "debug1: Found key in /var/lib/barman/.ssh/known_hosts:2\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: Next authentication method: publickey\n"
	 "debug1: Offering public key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: No more authentication methods to try.\n"
	 "postgres@db1: Permission denied (publickey,password).\n",
	 "", 255},
	{"nologin_file",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'postgres'\n"
	 "debug1: Server host key: ssh-ed25519 SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI\n"
	 "debug1: Host 'db1' is known and matches the ED25519 host key.\n"
	 "debug1: Found key in /var/lib/barman/.ssh/known_hosts:2\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: Next authentication method: publickey\n"
	 "debug1: Offering public key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "debug1: Server accepts key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "maintenance until 5\n"
	 "Connection closed by 10.77.0.3 port 22\n",
	 "", 255},
	{"expired",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'postgres'\n"
	 "debug1: Server host key: ssh-ed25519 SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI\n"
	 "debug1: Host 'db1' is known and matches the ED25519 host key.\n"
	 "debug1: Found key in /var/lib/barman/.ssh/known_hosts:2\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: Next authentication method: publickey\n"
	 "debug1: Offering public key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "debug1: Server accepts key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "Your account has expired; please contact your system administrator.\n"
	 "Connection closed by 10.77.0.3 port 22\n",
	 "", 255},
	{"locked_nopam",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'postgres'\n"
	 "debug1: Server host key: ssh-ed25519 SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI\n"
	 "debug1: Host 'db1' is known and matches the ED25519 host key.\n"
	 "debug1: Found key in /var/lib/barman/.ssh/known_hosts:2\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: Next authentication method: publickey\n"
	 "debug1: Offering public key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: No more authentication methods to try.\n"
	 "postgres@db1: Permission denied (publickey,password).\n",
	 "", 255},
	{"nouser",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'nobodyhere'\n"
	 "debug1: Server host key: ssh-ed25519 SHA256:+jHfPC+GcuuMGXgtpEYInscdHbNWMZiidhcKRONjNmI\n"
	 "debug1: Host 'db1' is known and matches the ED25519 host key.\n"
	 "debug1: Found key in /var/lib/barman/.ssh/known_hosts:2\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: Next authentication method: publickey\n"
	 "debug1: Offering public key: /var/lib/barman/.ssh/id_ed25519 ED25519 SHA256:Z9rKM4CkAqNZPtain+Ax20bHILJoF71QXTKqYvoBHzI\n"
	 "debug1: Authentications that can continue: publickey,password\n"
	 "debug1: No more authentication methods to try.\n"
	 "nobodyhere@db1: Permission denied (publickey,password).\n",
	 "", 255},
	{"kex",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2+deb12u10\n"
	 "debug1: Authenticating to db1:22 as 'postgres'\n"
	 "Unable to negotiate with 10.77.0.3 port 22: no matching key exchange method found. Their offer: sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256,kex-strict-s-v00@openssh.com\n",
	 "", 255},
	{"badopt",
	 "command-line: line 0: Bad configuration option: nonsense\n",
	 "", 255},
	{"throttled",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: Connection established.\n"
	 "kex_exchange_identification: Connection closed by remote host\n"
	 "Connection closed by 10.77.0.3 port 22\n",
	 "", 255},
	{"timeout",
	 "OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.22 25 Aug 2026\n"
	 "debug1: Connecting to db1 [10.77.0.3] port 22.\n"
	 "debug1: connect to address 10.77.0.3 port 22: Connection timed out\n"
	 "ssh: connect to host db1 port 22: Connection timed out\n",
	 "", 255},
};
