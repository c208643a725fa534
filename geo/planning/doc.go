// Package planning answers where a service is missing and where its next site
// helps most.
//
// Demand are points with a weight, mostly RT with their families; Supply are
// the facilities there are. Ways say how far it is from one to the other: the
// geodesic times a detour, or along a walking network. Cover measures how well
// the demand is served, Choose finds the sites that serve most of what is not
// served yet, and FewestSites how many would serve all. Everything is pure: the
// same input gives the same answer, and what is approximated is stated in it.
package planning
