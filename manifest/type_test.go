package manifest

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

func TestParseType(t *testing.T) {
	for text, want := range map[string]string{
		"long": "long", "BIGINT": "long", "int8": "long", "INTEGER": "int", "smallint": "int", "tinyint": "int", "int2": "int", "int4": "int",
		"varchar": "string", "varchar(20)": "string", "character varying(20)": "string", "char(3)": "string", "TEXT": "string", "string": "string",
		"double precision": "double", "double": "double", "float8": "double", "real": "float", "float": "float", "float4": "float",
		"decimal(9,2)": "decimal(9, 2)", "numeric( 38 , 0 )": "decimal(38, 0)", "DECIMAL(5)": "decimal(5, 0)",
		"bool": "boolean", "boolean": "boolean", "date": "date", "bytea": "binary", "blob": "binary", "varbinary": "binary", "varbinary(10)": "binary",
		"timestamp": "timestamp", "timestamp(6)": "timestamp", "timestamp(3) without time zone": "timestamp", "timestamp without time zone": "timestamp",
		"timestamptz": "timestamptz", "TIMESTAMP WITH TIME ZONE": "timestamptz", "timestamp(6) with time zone": "timestamptz", "timestamp_ntz": "timestamp",
		"datetime": "timestamp", "ubigint": "decimal(20, 0)", "uinteger": "long", "usmallint": "int", "utinyint": "int",
		"bigint[]": "list<long>", "int[3][]": "list<list<int>>", "list<long>": "list<long>", "array<string>": "list<string>", "ARRAY(bigint)": "list<long>",
		"struct<a: int, b: string>": "struct<a: int, b: string>", "struct(a int, b text)": "struct<a: int, b: string>", "row(a bigint)": "struct<a: long>",
		"map<string, double>": "map<string, double>", "MAP(varchar, decimal(3,1)[])": "map<string, list<decimal(3, 1)>>",
		"array<struct<a: map<int, array<int>>>>": "list<struct<a: map<int, list<int>>>>", `struct("A b" int, "q""x" int)`: `struct<"A b": int, "q""x": int>`,
		"struct<`9`: int not null>": `struct<"9": int not null>`, "list<int not null>": "list<int not null>", "map<int not null, int not null>": "map<int, int not null>",
		" int /* four bytes */ ": "int", "int -- four bytes": "int", "struct<a: int comment 'it''s', b: int>": "struct<a: int, b: int>",
	} {
		typ, err := ParseType(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if typ.String() != want {
			t.Errorf("%q is %s, want %s", text, typ, want)
		}
		if back, err := ParseType(typ.String()); err != nil || !back.Equal(typ) {
			t.Errorf("%s is read as %s (%v)", typ, back, err)
		}
	}
}

func TestParseTypeRefuses(t *testing.T) {
	for text, words := range map[string]string{
		"": "want a type", "nope": "unknown type", "uuid": "use varchar", "time": "use varchar", "interval": "use varchar", "JSON": "use varchar",
		"hugeint": "decimal(38, 0)", "decimal": "needs a precision", "decimal(39, 1)": "1 to 38", "decimal(2, 3)": "scale", "decimal(0)": "1 to 38",
		"decimal(9, -1)": "unexpected", "timestamp(9)": "microseconds", "timestamp_ns": "microseconds", "int int": "the end of the type, not \"int\" at position 5",
		"list<int": `want ">"`, "list": `want "<" or "("`, "map<int>": `want ","`, "struct<>": "want a name", "struct<a>": "want a type", "int[": `want "]"`,
		"varchar(x)": "want a number", "varchar(10": `want ")"`, "list<int)": `want ">"`, "struct<a: int, >": "want a name", "'int'": "want a type",
		`"int"`: "want a type", "\xff": "UTF-8", "int{}": "unexpected", `"open`: "not closed", "struct<a: uuid>": "at position 11", "fixed[16]": "use binary",
		strings.Repeat("list<", 40) + "int" + strings.Repeat(">", 40): "nested deeper", "int" + strings.Repeat("[]", 40): "nested deeper",
		"array<int comment 'x'>": `want ">"`, "decimal(99999999999999999999)": "want a number", "time with time zone": "use varchar",
	} {
		typ, err := ParseType(text)
		if err == nil {
			t.Errorf("%q is %s", text, typ)
			continue
		}
		wantErr(t, err, ErrType, words)
	}
}

func TestTypeJSON(t *testing.T) {
	schema := newMaker(t).m.Schema()
	for text, want := range map[string]string{
		`"decimal(9,2)"`: "decimal(9, 2)", `"timestamptz"`: "timestamptz",
		`{"element":"int","type":"list","element-required":true,"element-id":3}`:                                    "list<int not null>",
		`{"type":"map","key-id":4,"key":"string","value-id":5,"value-required":false,"value":"double"}`:             "map<string, double>",
		`{"type":"struct","fields":[{"id":1,"name":"a","required":true,"type":"int","doc":"x","write-default":7}]}`: "struct<a: int not null>",
	} {
		var typ Type
		if err := json.Unmarshal([]byte(text), &typ); err != nil || typ.String() != want {
			t.Errorf("%s is %s (%v)", text, typ, err)
			continue
		}
		b, err := json.Marshal(typ)
		if err != nil {
			t.Errorf("%s: %v", typ, err)
		}
		if strings.HasPrefix(text, "{") {
			sameJSON(t, []byte(text), b)
		}
	}
	for _, bad := range []string{`"bigint"`, `"decimal(39,1)"`, `"decimal(9, 2, 1)"`, `"list<int>"`, `{"type":"list"}`, `{"fields":[]}`, `5`, `null`, `"fixed[16]"`, `"time"`,
		`{"type":"list","element-id":3,"element":"int","element-required":true,"type":"map"}`, `{"type":5,"fields":[]}`} {
		var typ Type
		if err := json.Unmarshal([]byte(bad), &typ); err == nil {
			t.Errorf("%s is %s", bad, typ)
		}
	}
	for _, bad := range []Type{{}, {Kind: List}, {Kind: Map, Fields: schema.Fields[:1]}, {Kind: Struct, Fields: []Field{{}}}} {
		if b, err := json.Marshal(bad); err == nil {
			t.Errorf("%v is written as %s", bad.Kind, b)
		}
	}
	if Kind(77).String() != "invalid" {
		t.Error("a kind that is none has a name")
	}
}

func TestAssignIDsAndLeaves(t *testing.T) {
	s := newMaker(t).m.Schema()
	ids := map[int]string{1: "id", 2: "day", 9: "attrs", 10: "element", 11: "x", 12: "y", 13: "key", 14: "value"}
	for id, name := range ids {
		if f, ok := s.FieldByID(id); !ok || f.Name != name {
			t.Errorf("field %d is %q, want %q", id, f.Name, name)
		}
	}
	if _, ok := s.FieldByID(15); ok {
		t.Error("there is a field 15")
	}
	if f, ok := s.Field("amount"); !ok || f.ID != 4 {
		t.Errorf("amount has id %d", f.ID)
	}
	if _, ok := s.Field("Amount"); ok {
		t.Error("names are compared without case")
	}
	leaf := func(id int, path, typ string, def, rep int) Leaf {
		return Leaf{ID: id, Path: strings.Split(path, "."), Type: mustType(t, typ), MaxDef: def, MaxRep: rep}
	}
	want := []Leaf{
		leaf(1, "id", "long", 0, 0), leaf(2, "day", "date", 1, 0), leaf(3, "name", "string", 1, 0), leaf(4, "amount", "decimal(9, 2)", 1, 0),
		leaf(5, "score", "double", 1, 0), leaf(6, "seen", "timestamptz", 1, 0), leaf(10, "tags.list.element", "string", 3, 1),
		leaf(11, "point.x", "int", 2, 0), leaf(12, "point.y", "int", 2, 0),
		leaf(13, "attrs.key_value.key", "string", 2, 1), leaf(14, "attrs.key_value.value", "binary", 3, 1),
	}
	if got := s.Leaves(); !reflect.DeepEqual(got, want) {
		t.Errorf("leaves\n%v\nwant\n%v", got, want)
	}
}

func TestNameMapping(t *testing.T) {
	s := Schema{Fields: []Field{{ID: 1, Name: "a\"b", Type: Type{Kind: Int}}, {ID: 2, Name: "l", Type: Type{Kind: List, Fields: []Field{{ID: 3, Name: "element", Type: Type{Kind: Int}}}}}}}
	want := `[{"field-id":1,"names":["a\"b"]},{"field-id":2,"names":["l"],"fields":[{"field-id":3,"names":["element"]}]}]`
	if got := NameMapping(s, nil); got != want || !json.Valid([]byte(got)) {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestCheckNames(t *testing.T) {
	schema := func(names ...string) Schema {
		var s Schema
		for _, n := range names {
			s.Fields = append(s.Fields, Field{Name: n, Type: Type{Kind: Int}})
		}
		return s
	}
	for _, bad := range []Schema{schema("a", "A"), schema("straße", "STRASSE", "STRAßE"), schema(""), schema("a\x00"), schema("\xff"), schema("ς", "Σ"),
		{Fields: []Field{{Name: "s", Type: Type{Kind: Struct, Fields: schema("x", "X").Fields}}}}} {
		wantErr(t, bad.CheckNames(), ErrSchema)
	}
	good := schema("a", "b c", "Ü", "_file")
	if err := good.CheckNames(); err != nil {
		t.Error(err)
	}
	if w := good.Warnings(); len(w) != 3 || !strings.Contains(w[0], `"b c"`) || !strings.Contains(w[2], "Iceberg") {
		t.Errorf("warnings %q", w)
	}
}

func TestParseColumns(t *testing.T) {
	for text, want := range map[string]struct {
		fields string // as a struct type
		key    string
	}{
		"a bigint not null, b varchar":                                                    {"struct<a: long not null, b: string>", ""},
		"(a bigint, b text,)":                                                             {"struct<a: long, b: string>", ""},
		"a bigint, b varchar, primary key (a, b)":                                         {"struct<a: long not null, b: string not null>", "a b"},
		"a bigint primary key, b int null":                                                {"struct<a: long not null, b: int>", "a"},
		"CREATE TABLE t (a INTEGER NOT NULL PRIMARY KEY);":                                {"struct<a: int not null>", "a"},
		"create or replace temp table if not exists x.y.\"z\" (a int)":                    {"struct<a: int>", ""},
		"create external table db.t (`a b` int comment 'it is', c array<struct<d: int>>)": {`struct<"a b": int, c: list<struct<d: int>>>`, ""},
		`"Weird, name" int, "say ""x""" int`:                                              {`struct<"Weird, name": int, "say ""x""": int>`, ""},
		"a int, constraint pk primary key (a)":                                            {"struct<a: int not null>", "a"},
		"primary int, key int, comment varchar, check_in date":                            {"struct<primary: int, key: int, comment: string, check_in: date>", ""},
		"a decimal(9,2) -- money\n, b /* when */ timestamp":                               {"struct<a: decimal(9, 2), b: timestamp>", ""},
		"unique int, check int":                                                           {"struct<unique: int, check: int>", ""},
	} {
		fields, key, err := ParseColumns(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := (Type{Kind: Struct, Fields: fields}).String(); got != want.fields || strings.Join(key, " ") != want.key {
			t.Errorf("%q is %s, key %v", text, got, key)
		}
	}
	fields, _, err := ParseColumns("a int comment 'it''s'")
	if err != nil || fields[0].Doc != "it's" || fields[0].ID != 0 {
		t.Errorf("%+v, %v", fields, err)
	}
}

func TestParseColumnsRefuses(t *testing.T) {
	for text, want := range map[string]struct {
		err   error
		words string
	}{
		"": {ErrType, "want a name"}, "()": {ErrType, "want a name"}, "a": {ErrType, "want a type"}, "a int b int": {ErrType, "position 7"},
		"a int default 7": {ErrType, `"default" is not known here`}, "a int, unique (a)": {ErrType, "unique"}, "a int, check (a > 0)": {ErrType, "constraint check"},
		"a int, A int": {ErrSchema, "differ only in case"}, "a int, a int": {ErrSchema, "twice"}, "a int, primary key (b)": {ErrSchema, `"b"`},
		"a int primary key, primary key (a)": {ErrType, "second primary key"}, "a int, foreign key (a) references t": {ErrType, "foreign"},
		"a int primary key, b int primary key": {ErrType, "second primary key"}, "create table (a int)": {ErrType, "want a name"},
		"create view v (a int)": {ErrType, "want TABLE"}, "create table t": {ErrType, `want "("`}, "(a int": {ErrType, `want ")"`},
		"a uuid": {ErrType, `column "a"`}, "create table t (a int) partitioned by (a)": {ErrType, "the end of the column list"},
		"a int, constraint u unique (a)": {ErrType, "only PRIMARY KEY"}, `"" int`: {ErrSchema, "no name"}, "a int, primary key ()": {ErrType, "want a name"},
		"a int comment 5": {ErrType, "single quotes"}, "a int references t": {ErrType, "references"},
	} {
		fields, _, err := ParseColumns(text)
		if err == nil {
			t.Errorf("%q is %v", text, fields)
			continue
		}
		wantErr(t, err, want.err, want.words)
	}
}

func TestLayout(t *testing.T) {
	in := Schema{Fields: testColumns()}
	s, p, o, err := Layout(in, []string{"day", "name"}, []string{"name desc", "amount asc nulls last", `"score" DESC NULLS FIRST`, "id"}, []string{"id", "day"})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(s.IdentifierFieldIDs, []int{1, 2}) || !s.Fields[1].Required || in.Fields[1].Required || in.Fields[0].ID != 0 {
		t.Errorf("schema %+v", s)
	}
	wantSpec := PartitionSpec{Fields: []PartitionField{{SourceID: 2, FieldID: 1000, Name: "day", Transform: "identity"}, {SourceID: 3, FieldID: 1001, Name: "name", Transform: "identity"}}}
	if !p.Equal(wantSpec) {
		t.Errorf("spec %+v", p)
	}
	wantOrder := SortOrder{ID: 1, Fields: []SortField{
		{SourceID: 3, Transform: "identity", Direction: "desc", NullOrder: "nulls-last"}, {SourceID: 4, Transform: "identity", Direction: "asc", NullOrder: "nulls-last"},
		{SourceID: 5, Transform: "identity", Direction: "desc", NullOrder: "nulls-first"}, {SourceID: 1, Transform: "identity", Direction: "asc", NullOrder: "nulls-first"},
	}}
	if !o.Equal(wantOrder) {
		t.Errorf("order %+v", o)
	}
	again, p2, o2, err := Layout(s, []string{"day", "name"}, nil, nil)
	if err != nil || !again.Equal(s) || !p2.Equal(p) || o2.ID != 0 {
		t.Errorf("ids were given again: %+v, %v", again, err)
	}
	odd := Schema{Fields: []Field{{Name: "x desc", Type: Type{Kind: Int}}, {Name: "desc", Type: Type{Kind: Int}}}}
	if _, _, o, err := Layout(odd, nil, []string{"x desc", "desc desc"}, nil); err != nil || o.Fields[0].Direction != Ascending || o.Fields[1].Direction != Descending {
		t.Errorf("order %+v, %v", o, err)
	}
}

func TestPartitionClauses(t *testing.T) {
	in := Schema{Fields: append(testColumns(), Field{Name: "seen_day", Type: Type{Kind: Int}}, Field{Name: "my col", Type: Type{Kind: String}}, Field{Name: "x(y)", Type: Type{Kind: Int}})}
	clauses := []string{"days( seen )", "Bucket(16, id)", "bucket(4,id)", `truncate(4, "my col")`, "month(day)", "day", "x(y)", `"name"`}
	s, p, _, err := Layout(in, clauses, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []PartitionField{
		{6, 1000, "seen_day_2", "day", ""}, {1, 1001, "id_bucket", "bucket[16]", ""}, {1, 1002, "id_bucket_2", "bucket[4]", ""}, {11, 1003, "my col_trunc", "truncate[4]", ""},
		{2, 1004, "day_month", "month", ""}, {2, 1005, "day", "identity", ""}, {12, 1006, "x(y)", "identity", ""}, {3, 1007, "name", "identity", ""},
	}
	if !reflect.DeepEqual(p.Fields, want) {
		t.Errorf("%+v", p.Fields)
	}
	again := PartitionClauses(s, p)
	if text := strings.Join(again, " | "); text != `day(seen) | bucket(16, id) | bucket(4, id) | truncate(4, "my col") | month(day) | day | x(y) | name` {
		t.Errorf("%s", text)
	}
	if _, p2, _, err := Layout(s, again, nil, nil); err != nil || !p2.Equal(p) {
		t.Errorf("%+v (%v)", p2, err)
	}
	types := []string{"date", "int", "int", "string", "int", "date", "int", "string"}
	for i, typ := range p.Types(s) {
		if typ.String() != types[i] {
			t.Errorf("field %d has values of type %s", i, typ)
		}
	}
	sorts := []string{"id", "name desc", "day nulls last", `"my col" desc nulls first`}
	_, _, o, err := Layout(s, nil, sorts, nil)
	if got := SortClauses(s, o); err != nil || !reflect.DeepEqual(got, sorts) {
		t.Errorf("%q (%v)", got, err)
	}
}

func TestSplitClauses(t *testing.T) {
	for list, want := range map[string][]string{
		"day":                                    {"day"},
		"day,region":                             {"day", "region"},
		" day , bucket(16, id),truncate(2,city)": {"day", "bucket(16, id)", "truncate(2,city)"},
		`"a,b",c`:                                {`"a,b"`, "c"},
		`day("a)""(,b"), c`:                      {`day("a)""(,b")`, "c"},
		"a),b":                                   {"a)", "b"},
		"a,,b":                                   {"a", "", "b"},
		"":                                       {""},
	} {
		if got := SplitClauses(list); !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %q, want %q", list, got, want)
		}
	}
}

func TestLayoutRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		partition, sort, key []string
		words                string
	}{
		"unknown partition": {partition: []string{"nope"}, words: `"nope" is not among the columns (id, day`},
		"other case":        {partition: []string{"Day"}, words: `"Day"`},
		"float partition":   {partition: []string{"score"}, words: "use decimal"},
		"nested partition":  {partition: []string{"tags"}, words: "list<string>"},
		"partition twice":   {partition: []string{"day", "day"}, words: "twice"},
		"unknown transform": {partition: []string{"week(day)"}, words: "bucket and truncate are known"},
		"no number":         {partition: []string{"bucket(id)"}, words: "bucket(number, column)"},
		"no such number":    {partition: []string{"truncate(0, id)"}, words: "truncate(number, column)"},
		"time of a number":  {partition: []string{"day(id)"}, words: "day is not defined for column \"id\" of type long"},
		"hour of a date":    {partition: []string{"hour(day)"}, words: "hour is not defined"},
		"truncate a date":   {partition: []string{"truncate(3, day)"}, words: "truncate is not defined"},
		"two times of one":  {partition: []string{"day(seen)", "hour(seen)"}, words: "is enough"},
		"bucket twice":      {partition: []string{"bucket(4, id)", "bucket( 4 ,\"id\")"}, words: "twice"},
		"float bucket":      {partition: []string{"bucket(4, score)"}, words: "use decimal"},
		"float key":         {key: []string{"score"}, words: "use decimal"},
		"nested key":        {key: []string{"point"}, words: "single values"},
		"key twice":         {key: []string{"id", "id"}, words: "twice"},
		"unknown key":       {key: []string{"x"}, words: "key column"},
		"unknown sort":      {sort: []string{"x desc"}, words: `"x"`},
		"nested sort":       {sort: []string{"attrs"}, words: "map<string, binary>"},
		"sort twice":        {sort: []string{"id", "id desc"}, words: "twice"},
		"sort without name": {sort: []string{`"" desc`}, words: "no name"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, _, err := Layout(Schema{Fields: testColumns()}, c.partition, c.sort, c.key)
			wantErr(t, err, ErrSchema, c.words)
		})
	}
	_, _, _, err := Layout(Schema{Fields: []Field{{Name: "a"}}}, nil, nil, nil)
	wantErr(t, err, ErrType)
}

// Every type that can be is read back from its text and from its JSON.
func TestTypesComeBack(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 2_000 {
		typ := randomType(r, 4)
		if back, err := ParseType(typ.String()); err != nil || !back.Equal(typ) {
			t.Fatalf("%s is read as %s (%v)", typ, back, err)
		}
		fields, _ := AssignIDs([]Field{{Name: "c", Type: typ}}, 0)
		b, err := json.Marshal(fields[0].Type)
		if err != nil {
			t.Fatal(err)
		}
		var back Type
		if err := json.Unmarshal(b, &back); err != nil || !back.Equal(fields[0].Type) {
			t.Fatalf("%s is read as %s (%v)", b, back, err)
		}
	}
}

func randomType(r *rand.Rand, depth int) Type {
	kinds := int(Map)
	if depth == 0 {
		kinds = int(Binary)
	}
	switch k := Kind(1 + r.IntN(kinds)); k {
	case Decimal:
		p := 1 + r.IntN(38)
		return Type{Kind: Decimal, Precision: p, Scale: r.IntN(p + 1)}
	case Struct:
		t := Type{Kind: Struct}
		for i := range 1 + r.IntN(3) {
			t.Fields = append(t.Fields, Field{Name: strings.Repeat("x", i) + randomText(r, 3) + "é", Type: randomType(r, depth-1), Required: r.IntN(2) == 0})
		}
		return t
	case List:
		return ListOf(randomType(r, depth-1), r.IntN(2) == 0)
	case Map:
		return MapOf(randomType(r, depth-1), randomType(r, depth-1), r.IntN(2) == 0)
	default:
		return Type{Kind: k}
	}
}
