// Package feed follows the database's log of changes into memory, and fans it
// out to browsers.
//
// The log numbers every commit without a gap. A Follower loads everything once
// and then applies what it reads above its own position: it looks every 100 ms
// and whenever it is woken, so a lost wake-up costs at most that. What breaks
// the log's promise (a hole, another epoch, a clock that went back) makes it
// load everything anew; what is merely away is waited for, while readers go on
// with what is in memory. A Hub hands the same revisions to browsers.
package feed
