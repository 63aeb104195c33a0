package links

import (
	"fmt"
	"slices"
	"strings"

	"networkmngr/internal/times"
)

// Table has the links between the regions of the world in one year: SimBlock's figures
// (dsg-titech/simblock, NetworkConfiguration.java).
//
// Latency is what SimBlock calls the average latency from one region to another one,
// and adds one way to each message, as we do. SimBlock draws it for each message from a
// Pareto law with that mean, whose shape is a fifth of the mean in milliseconds
// (Network.java), and lets messages overtake each other. Table.Link has the mean alone,
// without a spread: none of our shapes is that law, and a stream keeps the order. So
// messages are scattered less here than there. The figures look like round trips, though:
// between North America and Europe, some 90 ms pass there and back. Half of them may be
// nearer to the world; they are kept as they are so that results can be compared.
type Table struct {
	Name    string             `json:"name"`
	Year    int                `json:"year"`
	Source  string             `json:"source"`
	Oneway  bool               `json:"oneway"` // Latency is added to each message, one way
	Regions []string           `json:"regions"`
	Latency [][]times.Duration `json:"latency"` // from a region to another one
	// Download and Upload are of a node of a region. A link has the lesser of the
	// sender's upload and the receiver's download.
	Download []Rate `json:"download"`
	Upload   []Rate `json:"upload"`
}

// Regions in the order of SimBlock's tables: North America, Europe, South America, Asia
// and Pacific, Japan, Australia.
var regions = []string{"na", "eu", "sa", "asia", "jp", "au"}

// Tables are the tables of regions, the oldest first.
func Tables() []Table { return []Table{planet2015(), planet2019()} }

// TableNames are the names of Tables.
func TableNames() []string {
	var names []string
	for _, table := range Tables() {
		names = append(names, table.Name)
	}
	return names
}

// TableOf returns the table with a name.
func TableOf(name string) (Table, bool) {
	for _, table := range Tables() {
		if table.Name == name {
			return table, true
		}
	}
	return Table{}, false
}

// Link is that of a node of one region to a node of another one, or of the same. The
// error wraps ErrLink and names a region that is not there.
func (t Table) Link(from, to string) (Link, error) {
	at := [2]int{}
	for i, name := range []string{from, to} {
		if at[i] = slices.Index(t.Regions, name); at[i] < 0 {
			return Link{}, fmt.Errorf("%w: region %.64q, want one of %s", ErrLink, name, strings.Join(t.Regions, ", "))
		}
	}
	return Link{Delay: t.Latency[at[0]][at[1]], Bandwidth: min(t.Upload[at[0]], t.Download[at[1]])}, nil
}

const simblock = "SimBlock (dsg-titech/simblock), NetworkConfiguration.java: average latency from one region " +
	"to another one, added one way to each message without the spread that SimBlock draws it with; " +
	"the figures look like round trips"

func planet2015() Table {
	return Table{
		Name: "planet-2015", Year: 2015, Source: simblock, Oneway: true, Regions: slices.Clone(regions),
		Latency: matrix(
			36, 119, 255, 310, 154, 208,
			119, 12, 221, 242, 266, 350,
			255, 221, 137, 347, 256, 269,
			310, 242, 347, 99, 172, 278,
			154, 266, 256, 172, 9, 163,
			208, 350, 269, 278, 163, 22),
		Download: []Rate{25e6, 24e6, 6.5e6, 10e6, 17.5e6, 14e6},
		Upload:   []Rate{4.7e6, 8.1e6, 1.8e6, 5.3e6, 3.4e6, 5.2e6},
	}
}

func planet2019() Table {
	return Table{
		Name: "planet-2019", Year: 2019, Source: simblock, Oneway: true, Regions: slices.Clone(regions),
		Latency: matrix(
			32, 124, 184, 198, 151, 189,
			124, 11, 227, 237, 252, 294,
			184, 227, 88, 325, 301, 322,
			198, 237, 325, 85, 58, 198,
			151, 252, 301, 58, 12, 126,
			189, 294, 322, 198, 126, 16),
		Download: []Rate{52e6, 40e6, 18e6, 22.8e6, 22.8e6, 29.9e6},
		Upload:   []Rate{19.2e6, 20.7e6, 5.8e6, 15.7e6, 10.2e6, 11.3e6},
	}
}

// matrix has milliseconds, row by row.
func matrix(ms ...float64) [][]times.Duration {
	var rows [][]times.Duration
	for row := range slices.Chunk(ms, len(regions)) {
		var latencies []times.Duration
		for _, value := range row {
			latencies = append(latencies, milliseconds(value))
		}
		rows = append(rows, latencies)
	}
	return rows
}
