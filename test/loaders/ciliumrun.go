// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// ciliumrun: what the Go library cilium/ebpf makes of BPF objects. Its verdicts are written as
// those of bpfrun --each are, so that two linkers or two loaders can be compared line by line.
package main

import (
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/rlimit"
)

const usage = `usage: ciliumrun [OPTION]... OBJ...
Parses BPF objects with cilium/ebpf and loads them. Prints for each object:

  object OBJ                  with several objects only
  parse ok | parse fail WHY   what ebpf.LoadCollectionSpec says
  load ok | load fail WHY     what ebpf.NewCollection says
  PROGRAM ok | PROGRAM fail   for each program: alone, where the object does not load as a whole

  --parse-only                load nothing
  --list                      instead of loading, print programs and maps as they were parsed
  --run NAME                  load, run program NAME on 64 zero bytes, and print "NAME returns N"
  --help

Exit: 0 all parsed and, if asked for, loaded; 1 some not; 4 usage
`

// guarded turns a panic of the library into an error: a file must not end the run.
func guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return f()
}

// verdict prints "WHAT ok" or "WHAT fail WHY", on one line.
func verdict(what string, err error) bool {
	if err == nil {
		fmt.Println(what, "ok")
		return true
	}
	why := strings.Join(strings.Fields(err.Error()), " ")
	if len(why) > 300 {
		why = why[:300]
	}
	fmt.Println(what, "fail", why)
	return false
}

func parse(path string) (spec *ebpf.CollectionSpec, err error) {
	err = guarded(func() (err error) {
		spec, err = ebpf.LoadCollectionSpec(path)
		return err
	})
	return spec, err
}

// load loads and lets go of it again. A test must leave no pin behind.
func load(spec *ebpf.CollectionSpec) error {
	return guarded(func() error {
		for _, m := range spec.Maps {
			m.Pinning = ebpf.PinNone
		}
		coll, err := ebpf.NewCollection(spec)
		if err == nil {
			coll.Close()
		}
		return err
	})
}

// alone is the part of the object that one program needs. What a program array holds are other
// programs; the verifier doesn't look at them.
func alone(spec *ebpf.CollectionSpec, name string) *ebpf.CollectionSpec {
	one := spec.Copy()
	for other := range one.Programs {
		if other != name {
			delete(one.Programs, other)
		}
	}
	for _, m := range one.Maps {
		if m.Type == ebpf.ProgramArray {
			m.Contents = nil
		}
	}
	return one
}

func programNames(spec *ebpf.CollectionSpec) []string {
	names := make([]string, 0, len(spec.Programs))
	for name, prog := range spec.Programs {
		if prog.Type != ebpf.UnspecifiedProgram { // those NewCollection passes over
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

func list(spec *ebpf.CollectionSpec) {
	for _, name := range programNames(spec) {
		p := spec.Programs[name]
		fmt.Printf("program %s %s license %q\n", name, p.SectionName, p.License)
	}
	names := make([]string, 0, len(spec.Maps))
	for name := range spec.Maps {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		m := spec.Maps[name]
		fmt.Printf("map %s type %d key %d value %d entries %d\n", name, m.Type, m.KeySize,
			m.ValueSize, m.MaxEntries)
	}
}

func loadEach(spec *ebpf.CollectionSpec) bool {
	whole := load(spec.Copy())
	good := verdict("load", whole)
	for _, name := range programNames(spec) {
		err := whole
		if err != nil {
			err = load(alone(spec, name))
		}
		verdict(name, err)
	}
	return good
}

// run loads the object and prints what a program of it returns.
func run(spec *ebpf.CollectionSpec, name string) bool {
	var result uint32
	err := guarded(func() error {
		coll, err := ebpf.NewCollection(spec)
		if err != nil {
			return err
		}
		defer coll.Close()
		prog := coll.Programs[name]
		if prog == nil {
			return fmt.Errorf("no program of that name")
		}
		result, err = prog.Run(&ebpf.RunOptions{Data: make([]byte, 64)})
		return err
	})
	if err != nil {
		return verdict(name, err)
	}
	fmt.Println(name, "returns", int32(result))
	return true
}

func main() {
	parseOnly, listOnly, runName := false, false, ""
	paths := []string{}
	for i := 1; i < len(os.Args); i++ {
		arg := os.Args[i]
		switch {
		case arg == "--run" && i+1 < len(os.Args):
			i++
			runName = os.Args[i]
		case arg == "--help":
			fmt.Print(usage)
			return
		case arg == "--parse-only":
			parseOnly = true
		case arg == "--list":
			listOnly = true
		case strings.HasPrefix(arg, "-"):
			paths = nil
		default:
			paths = append(paths, arg)
		}
	}
	if len(paths) == 0 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(4)
	}
	if !parseOnly && !listOnly {
		if err := rlimit.RemoveMemlock(); err != nil {
			fmt.Fprintln(os.Stderr, "ciliumrun:", err)
		}
	}
	status := 0
	for _, path := range paths {
		if len(paths) > 1 {
			fmt.Println("object", path)
		}
		spec, err := parse(path)
		good := verdict("parse", err)
		if good && listOnly {
			list(spec)
		} else if good && runName != "" {
			good = run(spec, runName)
		} else if good && !parseOnly {
			good = loadEach(spec)
		}
		if !good {
			status = 1
		}
	}
	os.Exit(status)
}
