// SPDX-License-Identifier: MPL-2.0

package client

// For the tests of package client_test.
type TestClock = fakeClock

var (
	NewTestClock = newFakeClock
	SubmitRaw    = submitRaw
	Examples     = map[string]string{
		"rds": rdsExample, "dds, databases": ddsDatabaseExample, "dds, collections": ddsCollectionExample, "dws": dwsExample,
	}
)

// Clock is the clock that c waits on.
func (c *Client) Clock() Clock { return c.clock }
