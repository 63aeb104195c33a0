package manager

import (
	"slices"

	"networkmngr/internal/api"
	"networkmngr/internal/manager/folder"
	"networkmngr/internal/manager/kept"
	"networkmngr/internal/manager/miningplan"
)

// adopted is a plan that the network mines by, as it is kept. Nodes keep their strategies
// over a start, and so does the plan which of them know it, over the manager's.
type adopted struct {
	api.MiningPlan
	Told []string `json:"told,omitempty"` // nodes that were told of it, by name, in order
}

// toldTo is the plan after these nodes were told of it too.
func (a adopted) toldTo(names ...string) adopted {
	a.Told = append(slices.Clone(a.Told), names...)
	slices.Sort(a.Told)
	a.Told = slices.Compact(a.Told)
	return a
}

func (m *Manager) keptPlan() kept.File[adopted] {
	return kept.In[adopted](m.data.Path, folder.PlanFile)
}

// readPlanned reads the plan of an earlier run.
func (m *Manager) readPlanned() error {
	plan, found, err := m.keptPlan().Read()
	if err != nil {
		return err
	}
	if !found {
		return nil
	}
	if err := miningplan.Check(plan.MiningPlan); err != nil {
		return m.keptPlan().Wrong(err)
	}
	m.setPlan(plan)
	return nil
}

func (m *Manager) setPlan(plan adopted) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.plan = &plan
	m.plans++
}

// adoptedPlan is the plan and its number in this run; nil and 0 for none.
func (m *Manager) adoptedPlan() (plan *adopted, number uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.plan, m.plans
}

// notePlanTold writes down which nodes were told of the plan too. Without that they are told
// once more after the manager's next start.
func (m *Manager) notePlanTold(names ...string) {
	plan, _ := m.adoptedPlan()
	now := plan.toldTo(names...)
	if len(now.Told) == len(plan.Told) {
		return
	}
	m.mu.Lock()
	m.plan = &now
	m.mu.Unlock()
	m.recorded("who knows the mining plan", m.keptPlan().Write(now))
}

// takeBackPlan has the plan before be on disk again. Some nodes may not mine by it: these are
// told of it anew.
func (m *Manager) takeBackPlan(anew []node) {
	plan, _ := m.adoptedPlan()
	if plan == nil {
		m.recorded("that there is no mining plan", m.keptPlan().Remove())
		return
	}
	before := *plan
	before.Told = slices.Clone(before.Told)
	for _, c := range anew {
		c.Life().Plan = 0
		before.Told = slices.DeleteFunc(before.Told, func(name string) bool { return name == c.Name() })
	}
	m.mu.Lock()
	m.plan = &before
	m.mu.Unlock()
	m.recorded("the mining plan before", m.keptPlan().Write(before))
}
