package manifest

import (
	"strings"
	"testing"
)

func TestCatalogs(t *testing.T) {
	k := newMaker(t)
	k.publish("one")
	hint := Catalog{Name: "hint", Kind: CatalogHint}
	glue := Catalog{Name: "web", Kind: CatalogGlue, As: AsIceberg, Database: "web", Table: "t", CatalogID: "1"}
	k.must(k.m.AddCatalog(hint, k.w()))
	k.must(k.m.Freeze("entrances can be made all the same", k.w()))
	k.must(k.m.AddCatalog(glue, k.w()))
	b, err := k.m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	read, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := read.Catalog("web"); !ok || !c.equal(glue) || len(read.Tablectl.Settings.Catalogs) != 2 {
		t.Errorf("%+v", read.Tablectl.Settings.Catalogs)
	}
	_, err = k.m.AddCatalog(glue, k.w())
	wantErr(t, err, ErrNothingToDo)
	glue.CatalogID = "2"
	_, err = k.m.AddCatalog(glue, k.w())
	wantErr(t, err, ErrConflict)
	_, err = k.m.RemoveCatalog("none", k.w())
	wantErr(t, err, ErrNothingToDo)
	view := Catalog{Name: "view", Kind: CatalogGlue, As: AsView, Database: "web", Table: "v", CatalogID: "1", Over: "web", Engine: "iceberg"}
	k.must(k.m.AddCatalog(view, k.w()))
	other := view
	other.Engine = "lake"
	_, err = k.m.AddCatalog(other, k.w())
	wantErr(t, err, ErrConflict)
	_, err = k.m.RemoveCatalog("web", k.w()) // the view reads it
	wantErr(t, err, ErrInvalid)
	k.must(k.m.RemoveCatalog("view", k.w()))
	k.must(k.m.RemoveCatalog("hint", k.w()))
	k.must(k.m.RemoveCatalog("web", k.w()))
	if k.m.Tablectl.Settings.Catalogs != nil {
		t.Errorf("%+v", k.m.Tablectl.Settings.Catalogs)
	}
	if e := k.m.Tablectl.Recent[len(k.m.Tablectl.Recent)-1]; e.Op != OpSet || e.Message != "catalog web removed" {
		t.Errorf("%+v", e)
	}
}

// A blank table keeps its catalogs when the first publish defines it, and when that is rejected.
func TestCatalogsOfABlankTable(t *testing.T) {
	hint, links := Catalog{Name: "hint", Kind: CatalogHint}, Catalog{Name: "links", Kind: CatalogSymlink}
	at := func(n int) Write {
		return Write{ID: strings.Repeat("0", 31) + string(rune('0'+n)), At: Time(n), By: "test@test"}
	}
	m, err := New(Table{UUID: "0b9e3a52-2f3c-4a6e-9d55-0a6f1f1c7e11", Location: "s3://bucket/t/_iceberg", Settings: Settings{Catalogs: []Catalog{hint}}}, at(1))
	if err != nil || !m.Blank("run") {
		t.Fatal(err)
	}
	defined, err := m.Define(Table{Settings: Settings{Catalogs: []Catalog{hint, links}}, Key: []string{"id"}}, at(2))
	if err != nil || !defined.HasCatalog(hint) || !defined.HasCatalog(links) || len(defined.Tablectl.Settings.Catalogs) != 2 || len(m.Tablectl.Settings.Catalogs) != 1 {
		t.Fatalf("%+v, %v", defined, err)
	}
	_, err = m.Define(Table{Settings: Settings{Catalogs: []Catalog{{Name: "hint", Kind: CatalogSymlink}}}}, at(2))
	wantErr(t, err, ErrInvalid)
	reserved, p, err := defined.Reserve("run", strings.Repeat("a", 32), "replace", 100, at(2))
	if err != nil {
		t.Fatal(err)
	}
	rejected, err := reserved.RejectFirst("run", strings.Repeat("a", 32), p.Version, "", "", "bad", at(3))
	if err != nil || !rejected.HasCatalog(hint) || !rejected.Blank("run") {
		t.Fatalf("%+v, %v", rejected, err)
	}
}

// TestShown: what readers see of the flips.
func TestShown(t *testing.T) {
	k := newMaker(t)
	at := func(what string, shown, pointed int64) {
		t.Helper()
		if k.m.Shown() != shown || k.m.Pointed() != pointed {
			t.Errorf("%s: shown %d, pointed %d; want %d, %d", what, k.m.Shown(), k.m.Pointed(), shown, pointed)
		}
	}
	k.publish("one")
	published := k.m.Tablectl.Generation
	at("publish", published, published)
	k.must(k.m.Freeze("why", k.w()))
	k.must(k.m.Unfreeze(k.w()))
	at("freeze", published, published)
	k.must(k.m.SetTag("first", 1, false, k.w()))
	tagged := k.m.Tablectl.Generation
	at("tag", tagged, published)
	k.publish("two")
	k.must(k.m.Rollback(1, "", "", k.w()))
	at("rollback", k.m.Tablectl.Generation, k.m.Tablectl.Generation)
}
