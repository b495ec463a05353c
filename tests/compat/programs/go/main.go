// The Go driver through database/sql: rows, bindings, arrays, transactions, several statements, files.
package main

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	sf "github.com/snowflakedb/gosnowflake/v2"
)

type step struct {
	name string
	run  func(context.Context, *sql.DB) (any, error)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	db, err := open()
	if err != nil {
		return err
	}
	defer db.Close()
	file, err := os.OpenFile(os.Getenv("COMPAT_STEPS"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	for _, s := range []step{
		{"log in", logIn},
		{"bind values", bind},
		{"bind arrays", bindArrays},
		{"read every type", types},
		{"read the same in Arrow and JSON", formats},
		{"roll back and commit", transactions},
		{"several statements", several},
		{"put, copy, get", files},
		{"put a stream", stream},
		{"see errors", failures},
		{"cancel", cancel},
		{"run in the background", background},
	} {
		line := map[string]any{"step": s.name}
		ctx, stop := context.WithTimeout(context.Background(), time.Minute)
		answer, err := s.run(ctx, db)
		stop()
		if err != nil {
			line["error"] = err.Error()
		} else {
			line["answer"] = answer
		}
		text, err := json.Marshal(line)
		if err != nil {
			return err
		}
		if _, err := file.Write(append(text, '\n')); err != nil {
			return err
		}
	}
	return nil
}

func open() (*sql.DB, error) {
	text, err := os.ReadFile(os.Getenv("COMPAT_KEY_FILE"))
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the key file is no PEM file")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, isRSA := parsed.(*rsa.PrivateKey)
	if !isRSA {
		return nil, errors.New("the key is no RSA key")
	}
	port, err := strconv.Atoi(os.Getenv("COMPAT_PORT"))
	if err != nil {
		return nil, err
	}
	tag := "compat"
	config := sf.Config{
		Account:       os.Getenv("COMPAT_ACCOUNT"),
		User:          os.Getenv("COMPAT_USER"),
		Role:          os.Getenv("COMPAT_ROLE"),
		Warehouse:     os.Getenv("COMPAT_WAREHOUSE"),
		Database:      os.Getenv("COMPAT_DATABASE"),
		Schema:        "PUBLIC",
		Host:          os.Getenv("COMPAT_HOST"),
		Port:          port,
		Protocol:      os.Getenv("COMPAT_PROTOCOL"),
		Authenticator: sf.AuthTypeJwt,
		PrivateKey:    key,
		Params:        map[string]*string{"QUERY_TAG": &tag},
	}
	db := sql.OpenDB(sf.NewConnector(sf.SnowflakeDriver{}, config))
	db.SetMaxOpenConns(1)
	return db, db.Ping()
}

func logIn(ctx context.Context, db *sql.DB) (any, error) {
	return table(ctx, db, "SELECT CURRENT_SCHEMA(), CURRENT_CLIENT() IS NOT NULL")
}

func bind(ctx context.Context, db *sql.DB) (any, error) {
	if err := execute(ctx, db,
		"CREATE OR REPLACE TABLE bound (i INT, n NUMBER(12,2), s VARCHAR, b BOOLEAN, d DATE, t TIMESTAMP_NTZ, x BINARY)",
	); err != nil {
		return nil, err
	}
	at := time.Date(2024, 2, 29, 12, 34, 56, 123456000, time.UTC)
	done, err := db.ExecContext(ctx, "INSERT INTO bound VALUES (?, ?, ?, ?, ?, ?, ?)",
		1, 1.25, "it's; 'x'", true, sf.DataTypeDate, at, sf.DataTypeTimestampNtz, at, sf.DataTypeBinary, []byte{0, 255})
	if err != nil {
		return nil, err
	}
	count, err := done.RowsAffected()
	if err != nil {
		return nil, err
	}
	found, err := table(ctx, db, "SELECT i, n, s, b, d, t, x FROM bound WHERE i = ?", 1)
	return []any{count, found}, err
}

func bindArrays(ctx context.Context, db *sql.DB) (any, error) {
	if err := execute(ctx, db, "CREATE OR REPLACE TABLE many (i INT, s VARCHAR)"); err != nil {
		return nil, err
	}
	numbers, words := []int{1, 2, 3}, []string{"a", "b", "c"}
	first, err := sf.Array(&numbers)
	if err != nil {
		return nil, err
	}
	second, err := sf.Array(&words)
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, "INSERT INTO many VALUES (?, ?)", first, second); err != nil {
		return nil, err
	}
	return table(ctx, db, "SELECT * FROM many ORDER BY i")
}

func types(ctx context.Context, db *sql.DB) (any, error) {
	rows, err := db.QueryContext(ctx, `SELECT 1::INT AS i, 1.5::NUMBER(10,2) AS n, 0.5::FLOAT AS f, 'ä' AS s, TRUE AS b,
		'2024-02-29'::DATE AS d, '12:34:56.789'::TIME AS t, '2024-02-29 12:34:56.123456'::TIMESTAMP_NTZ AS ntz,
		PARSE_JSON('{"a": 1}') AS v, NULL AS nothing`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	var told []any
	for _, column := range columns {
		precision, scale, _ := column.DecimalSize()
		nullable, _ := column.Nullable()
		told = append(told, []any{column.Name(), column.DatabaseTypeName(), precision, scale, nullable})
	}
	found, err := read(rows)
	return []any{told, found}, err
}

// formats reads a table of every type, extremes and NULLs in it, in both formats of results. The driver itself gives
// booleans and floats as texts of JSON, and reads no fractions of JSON before 1970.
func formats(ctx context.Context, db *sql.DB) (any, error) {
	if err := execute(ctx, db,
		`CREATE OR REPLACE TABLE every (k INT, i NUMBER(38,0), n NUMBER(38,10), s NUMBER(5,2), f FLOAT, t VARCHAR, b BOOLEAN,
			x BINARY, d DATE, tm TIME, n9 TIMESTAMP_NTZ, n3 TIMESTAMP_NTZ(3), n0 TIMESTAMP_NTZ(0), l TIMESTAMP_LTZ,
			z TIMESTAMP_TZ, z3 TIMESTAMP_TZ(3), v VARIANT, o OBJECT, a ARRAY)`,
		`INSERT INTO every SELECT 1, 99999999999999999999999999999999999999, 9999999999999999999999999999.9999999999,
			-999.99, 1e300, 'ä€😀', TRUE, TO_BINARY('00FF'), '9999-12-31', '23:59:59.999999', '9999-12-31 23:59:59.999999',
			'2024-02-29 12:34:56.123', '2024-02-29 12:34:56', '2024-07-01 12:34:56.123456',
			'2024-07-01 12:34:56.123456 +0200', '2024-07-01 12:34:56.123 +0545', PARSE_JSON('{"a": [1, null]}'),
			PARSE_JSON('{"k": "v"}'), PARSE_JSON('[1, "x"]')`,
		`INSERT INTO every SELECT 2, -99999999999999999999999999999999999999, -0.0000000001, 0.01, 5e-324, '', FALSE,
			TO_BINARY(''), '0001-01-01', '00:00:00', '0001-01-01 00:00:00', '1950-01-01 00:00:00',
			'1969-12-31 23:59:59', '1901-01-01 00:00:00', '1969-12-31 23:59:59 -1130', '1961-01-01 00:00:00 +0000', PARSE_JSON('1'), PARSE_JSON('{}'), PARSE_JSON('[]')`,
		`INSERT INTO every (k) SELECT 3`,
	); err != nil {
		return nil, err
	}
	var found []any
	for _, format := range []string{"JSON", "ARROW"} {
		if err := execute(ctx, db, "ALTER SESSION SET GO_QUERY_RESULT_FORMAT = '"+format+"'"); err != nil {
			return nil, err
		}
		var rows []any
		for _, where := range []string{"TRUE", "k = 3", "FALSE"} {
			part, err := table(ctx, db, "SELECT * FROM every WHERE "+where+" ORDER BY k")
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", format, where, err)
			}
			for _, row := range part {
				for i, cell := range row {
					if same, known := alike[fmt.Sprint(cell)]; known && cell != nil {
						row[i] = same
					}
				}
			}
			rows = append(rows, part)
		}
		found = append(found, rows)
	}
	first, second := fmt.Sprintf("%v", found[0]), fmt.Sprintf("%v", found[1])
	if first != second {
		return nil, fmt.Errorf("JSON gave %s, Arrow %s", first, second)
	}
	return found[1], nil
}

var alike = map[string]string{
	"bool true": "string 1", "bool false": "string 0", "float64 1e+300": "string 1e+300", "float64 5e-324": "string 5e-324",
}

func transactions(ctx context.Context, db *sql.DB) (any, error) {
	if err := execute(ctx, db, "CREATE OR REPLACE TABLE ledger (a INT)"); err != nil {
		return nil, err
	}
	for number, keep := range []bool{false, true} {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO ledger VALUES (?)", number); err != nil {
			return nil, err
		}
		end := tx.Rollback
		if keep {
			end = tx.Commit
		}
		if err := end(); err != nil {
			return nil, err
		}
	}
	return table(ctx, db, "SELECT COUNT(*), MAX(a) FROM ledger")
}

func several(ctx context.Context, db *sql.DB) (any, error) {
	rows, err := db.QueryContext(sf.WithMultiStatement(ctx, 3), "SELECT 1; SELECT 'b', 2; SELECT NULL")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []any
	for {
		found, err := read(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, found)
		if !rows.NextResultSet() {
			return all, rows.Err()
		}
	}
}

func files(ctx context.Context, db *sql.DB) (any, error) {
	folder := os.Getenv("TMPDIR")
	if err := os.WriteFile(filepath.Join(folder, "go1.csv"), []byte("1,one\n2,two\n"), 0o600); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(folder, "go-got"), 0o700); err != nil {
		return nil, err
	}
	if err := execute(ctx, db, "CREATE OR REPLACE STAGE go_files", "CREATE OR REPLACE TABLE go_loaded (i INT, s VARCHAR)"); err != nil {
		return nil, err
	}
	put, err := table(ctx, db, fmt.Sprintf("PUT 'file://%s/go1.csv' @go_files/in/", folder))
	if err != nil {
		return nil, fmt.Errorf("PUT: %w", err)
	}
	if err := execute(ctx, db, "COPY INTO go_loaded FROM @go_files/in/"); err != nil {
		return nil, fmt.Errorf("COPY: %w", err)
	}
	if _, err := table(ctx, db, fmt.Sprintf("GET @go_files/in/ 'file://%s/go-got'", folder)); err != nil {
		return nil, fmt.Errorf("GET: %w", err)
	}
	entries, err := os.ReadDir(filepath.Join(folder, "go-got"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	found, err := table(ctx, db, "SELECT * FROM go_loaded ORDER BY i")
	return []any{put, names, found}, err
}

func stream(ctx context.Context, db *sql.DB) (any, error) {
	content := bytes.NewBufferString("7,seven\n")
	if _, err := db.ExecContext(sf.WithFilePutStream(ctx, content), "PUT file://stream.csv @go_files/streamed/ OVERWRITE = TRUE"); err != nil {
		return nil, err
	}
	return table(ctx, db, "SELECT $1, $2 FROM @go_files/streamed/")
}

func failures(ctx context.Context, db *sql.DB) (any, error) {
	var told []any
	for _, text := range []string{"SELECT * FROM nowhere", "SELEKT 1", "SELECT 1/0"} {
		_, err := table(ctx, db, text)
		var refused *sf.SnowflakeError
		if !errors.As(err, &refused) {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
		told = append(told, []any{refused.Number, refused.SQLState})
	}
	return told, nil
}

func cancel(ctx context.Context, db *sql.DB) (any, error) {
	short, stop := context.WithTimeout(ctx, 500*time.Millisecond)
	defer stop()
	began := time.Now()
	_, err := table(short, db, "SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 1000000)) a "+
		"CROSS JOIN TABLE(GENERATOR(ROWCOUNT => 1000000)) b WHERE RANDOM() = 1")
	if err == nil || time.Since(began) > 10*time.Second {
		return nil, fmt.Errorf("it was not cancelled: %v after %s", err, time.Since(began))
	}
	return table(ctx, db, "SELECT 'the session goes on'")
}

func background(ctx context.Context, db *sql.DB) (any, error) {
	rows, err := db.QueryContext(sf.WithAsyncMode(ctx), "SELECT COUNT(*) FROM many")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return read(rows)
}

func execute(ctx context.Context, db *sql.DB, statements ...string) error {
	for _, text := range statements {
		if _, err := db.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

func table(ctx context.Context, db *sql.DB, text string, values ...any) ([][]any, error) {
	rows, err := db.QueryContext(ctx, text, values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return read(rows)
}

func read(rows *sql.Rows) ([][]any, error) {
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var found [][]any
	for rows.Next() {
		cells, targets := make([]any, len(names)), make([]any, len(names))
		for i := range cells {
			targets[i] = &cells[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		for i, cell := range cells {
			if cell != nil {
				cells[i] = fmt.Sprintf("%T %v", cell, cell)
			}
		}
		found = append(found, cells)
	}
	return found, rows.Err()
}
