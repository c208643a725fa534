// Package cluster runs Patok's private PostGIS cluster: real PostgreSQL from the machine's installed
// binaries, in a data folder that belongs to Patok alone, reachable through a Unix socket only.
//
// A data folder holds
//
//	pg/            the PostgreSQL data directory, owned by an unprivileged user
//	log/           the server's logs, one file per weekday
//	sock/          the socket, mode 0700 (elsewhere when the folder's path is too long)
//	serve.lock     held by the one `patok serve` on this folder; contains its process id
//	start.lock     held while somebody starts or stops the cluster
//	users.lock     shared by every process that uses the cluster
//
// Every process opens the folder with [Open] and leaves it with [Cluster.Close]. The first one starts the
// cluster, the last one out stops it. The server lives in a session of its own, so neither Ctrl-C nor a
// kill of Patok reaches it; the next Open adopts it, or lets PostgreSQL recover from its log when it died too.
//
// The locks are flock(2) locks: the kernel drops them when a process dies, however it dies.
// The package needs a Unix system and the standard library; it talks to PostgreSQL through its own programs.
package cluster
